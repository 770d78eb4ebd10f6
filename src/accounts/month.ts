/** The month of a point in time in UTC, as `YYYY-MM`. */
export const monthOf = (date: Date) => date.toISOString().slice(0, 7);
/** The day of a point in time in UTC, as `YYYY-MM-DD`. */
export const dayOf = (date: Date) => date.toISOString().slice(0, 10);
