const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'long' });

/** The day of a point in time, in the viewer's time zone; the exact time on hover. */
export function Day({ at }: { at: string }) {
  const moment = new Date(at);
  return (
    <time dateTime={at} title={exact.format(moment)} style={{ whiteSpace: 'nowrap' }}>
      {day.format(moment)}
    </time>
  );
}
