/** Ends the program on SIGINT with 130 and on SIGTERM with 143, as a shell reports them. */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Installs the handlers and returns what takes them away again. A handler never runs inside a transaction, for SQLite
 * is called synchronously: an interrupted apply has either committed and says so, or has changed nothing.
 */
export function endOnSignals(): () => void {
  const handlers = Object.entries(EXIT_CODES).map(([signal, code]) => {
    const end = (): void => {
      process.exit(code);
    };
    process.on(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}
