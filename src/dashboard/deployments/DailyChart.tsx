import { Tooltip, useMantineTheme, VisuallyHidden } from '@mantine/core';
import { formatNumber } from '../ui/numbers';

interface Day {
  date: string;
  predictions: number;
}

const HEIGHT = 170;
const dayName = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** One bar a day, from zero; the numbers on hover, and as a table for who does not see the bars. */
export function DailyChart({ days }: { days: readonly Day[] }) {
  const { primaryColor } = useMantineTheme();
  const most = Math.max(1, ...days.map(({ predictions }) => predictions));
  const label = (day: Day) => `${dayName.format(new Date(day.date))}: ${formatNumber(day.predictions)}`;
  return (
    <figure style={{ margin: 0 }}>
      <div aria-hidden="true" style={{ display: 'flex', alignItems: 'flex-end', gap: 3, height: HEIGHT }}>
        {days.map(day => (
          <Tooltip key={day.date} label={label(day)} withArrow>
            <div style={{ flex: 1, height: '100%', display: 'flex', alignItems: 'flex-end' }}>
              <div
                style={{
                  width: '100%',
                  height: day.predictions === 0 ? 2 : Math.max(4, (HEIGHT * day.predictions) / most),
                  borderRadius: '3px 3px 0 0',
                  background:
                    day.predictions === 0
                      ? 'var(--mantine-color-default-border)'
                      : `var(--mantine-color-${primaryColor}-filled)`,
                }}
              />
            </div>
          </Tooltip>
        ))}
      </div>
      <div
        aria-hidden="true"
        style={{ display: 'flex', justifyContent: 'space-between', fontSize: 12, paddingTop: 6 }}
      >
        {[days[0], days[Math.floor(days.length / 2)], days.at(-1)].map(
          day => day && <span key={day.date}>{dayName.format(new Date(day.date))}</span>,
        )}
      </div>
      <VisuallyHidden>
        <table>
          <caption>Predictions a day</caption>
          <tbody>
            {days.map(day => (
              <tr key={day.date}>
                <th scope="row">{day.date}</th>
                <td>{day.predictions}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}
