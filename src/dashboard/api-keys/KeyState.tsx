import { CalendarClock, CircleCheck, FlaskConical, Hourglass, ShieldAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ApiKeyStatus } from '../generated/graphql';
import classes from './KeyState.module.css';
import type { Mark } from './key-marks.ts';

const words: Record<ApiKeyStatus, string> = {
  ACTIVE: 'Active',
  EXPIRED: 'Expired',
  REVOKED: 'Revoked',
};

/** Whether a key can be used, as a dot and a word. */
export function KeyStatus({ status }: { status: ApiKeyStatus }) {
  return (
    <span className={classes.status}>
      <span className={classes.dot} data-status={status} aria-hidden />
      {words[status]}
    </span>
  );
}

const icons: Record<Mark['kind'], ReactNode> = {
  unused: <Hourglass size={13} aria-hidden />,
  expiring: <CalendarClock size={13} aria-hidden />,
  retiring: <CalendarClock size={13} aria-hidden />,
  replaced: <CircleCheck size={13} aria-hidden />,
  rehearsed: <FlaskConical size={13} aria-hidden />,
  broken: <ShieldAlert size={13} aria-hidden />,
};

/** What about a key deserves attention. */
export function KeyMarks({ marks }: { marks: readonly Mark[] }) {
  return marks.map(({ kind, text }) => (
    <span key={kind} className={classes.mark} data-kind={kind}>
      {icons[kind]}
      <span>{text}</span>
    </span>
  ));
}
