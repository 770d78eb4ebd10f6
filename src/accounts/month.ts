/** The month of a moment in UTC, as `YYYY-MM`. */
export const monthOf = (moment: Date) => moment.toISOString().slice(0, 7);
