import { UUID, V7Generator } from 'uuidv7';

const generator = new V7Generator();
// Without an allowance an id never has a later time than its call, however the calls of a server overlap.
generator.setRollbackAllowance(0);

/**
 * Makes the id of a log: a UUIDv7 of the call's time. Logs of all servers have the same order by id as by time, and
 * an index of ids finds them by time.
 */
export const newLogId = (at: Date): string => generator.generateOrResetWithTs(at.getTime()).toString();

/** The smallest id of logs at or after a time. Finds logs by time in an index of ids. */
export const firstLogIdAt = (from: Date): string => UUID.fromFieldsV7(from.getTime(), 0, 0, 0).toString();
