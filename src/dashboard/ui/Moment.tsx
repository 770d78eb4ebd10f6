import { Text, Tooltip } from '@mantine/core';
import classes from './Moment.module.css';
import { exactTime, relativeTime } from './relative-time.ts';

/** How long ago something happened, with the exact time on hover and on focus. */
export function Moment({ at, now }: { at: Date; now: Date }) {
  return (
    <Tooltip label={exactTime(at)} withArrow events={{ hover: true, focus: true, touch: true }}>
      <Text component="time" inherit dateTime={at.toISOString()} tabIndex={0} className={classes.moment}>
        {relativeTime(at, now)}
      </Text>
    </Tooltip>
  );
}
