import { exactTime } from '../ui/relative-time.ts';

/** What the dashboard calls fields of the API, which the server's messages name in quotes. */
const FIELDS = new Map([
  ['expiresAt', 'the expiry'],
  ['allowedNetworks', 'the allowed networks'],
  ['monthlyPredictions', 'the predictions a month'],
  ['callsPerMinute', 'the calls a minute'],
  ['overlapSeconds', 'the overlap'],
  ['maxLifetimeDays', 'the max lifetime in days'],
]);

/** A message of the server in the words of the dashboard: fields of the API by their labels, times in the local zone. */
export function forPeople(message: string): string {
  const text = message
    .replace(/"(\w+)"/g, (quoted, name: string) => FIELDS.get(name) ?? quoted)
    .replace(', or null for ', ', or empty for ')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, time => exactTime(new Date(time)));
  return text.charAt(0).toUpperCase() + text.slice(1);
}
