import { Tooltip, VisuallyHidden } from '@mantine/core';
import classes from './DailyChart.module.css';
import { count, formatCompact, formatNumber } from './numbers';

interface Day {
  date: string;
  predictions: number;
  /** Whether there may be more. */
  isMinimum?: boolean;
  /** The number of calls, if it is known. */
  calls?: number | null | undefined;
}

interface DailyChartProps {
  days: readonly Day[];
  /** Whether it is a low strip. */
  compact?: boolean;
}

const dayName = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** One bar a day over a scale from zero; the numbers on hover, and as a table for screen readers. */
export function DailyChart({ days, compact = false }: DailyChartProps) {
  const top = scaleTop(Math.max(...days.map(({ predictions }) => predictions)));
  const ticks = top === 1 ? [1, 0] : [top, top / 2, 0];
  const label = (day: Day) =>
    `${dayName.format(new Date(day.date))}: ${countOf(day)}${day.calls ? ` in ${count(day.calls, 'call')}` : ''}`;
  return (
    <figure className={classes.figure}>
      <div aria-hidden="true" className={classes.chart}>
        <div className={classes.scale}>
          {ticks.map(tick => (
            <span key={tick}>{formatCompact(tick)}</span>
          ))}
        </div>
        <div className={classes.plot} data-compact={compact || undefined}>
          {ticks.map(tick => (
            <div key={tick} className={classes.line} style={{ bottom: `${(100 * tick) / top}%` }} />
          ))}
          {days.map(day => (
            <Tooltip key={day.date} label={label(day)} withArrow>
              <div className={classes.day}>
                <div
                  className={classes.bar}
                  data-empty={day.predictions === 0 || undefined}
                  data-minimum={day.isMinimum || undefined}
                  style={{ height: `${(100 * day.predictions) / top}%` }}
                />
              </div>
            </Tooltip>
          ))}
        </div>
        <div className={classes.days}>
          {[days[0], days[Math.floor(days.length / 2)], days.at(-1)].map(
            day => day && <span key={day.date}>{dayName.format(new Date(day.date))}</span>,
          )}
        </div>
      </div>
      <VisuallyHidden>
        <table>
          <caption>Predictions a day</caption>
          <tbody>
            {days.map(day => (
              <tr key={day.date}>
                <th scope="row">{day.date}</th>
                <td>{day.isMinimum ? countOf(day) : day.predictions}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}

/** The predictions of a day, in words. */
function countOf({ predictions, isMinimum = false }: Day): string {
  if (!isMinimum) return formatNumber(predictions);
  return predictions === 0 ? 'not counted' : `more than ${formatNumber(predictions)}`;
}

/** The top of the scale: the smallest of 1, 2, 4, 6, 8, 10, 20, 40, … that is at least `max`. All but 1 are even. */
function scaleTop(max: number): number {
  if (max <= 1) return 1;
  const unit = 10 ** Math.floor(Math.log10(max));
  const step = [1, 2, 4, 6, 8, 10].find(candidate => candidate * unit >= max) ?? 10;
  return step * unit;
}
