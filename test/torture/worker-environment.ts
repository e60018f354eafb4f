/** The names of the variables by which the harness tells a worker what to do. */

/** In front of which boundary the process is killed, counted from 1. */
export const FAILPOINT = "CONCORDAT_TORTURE_FAILPOINT";
/** A file that the names of all boundaries are written to. */
export const FAILPOINT_LIST = "CONCORDAT_TORTURE_LIST";
/** Arguments of strace, as a JSON list; the worker has itself traced before it begins to work. */
export const TRACED = "CONCORDAT_TORTURE_STRACE";
