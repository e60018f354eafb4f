/** When the newest admin request was done, by the clock of this host: a clock that is set back brings no old one back. */
export const ADMIN_CLOCK = `
CREATE TABLE concordat_admin_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  highest_at TEXT NOT NULL
) STRICT;
`;
