import { CalendarClock, Hourglass } from 'lucide-react';
import type { ApiKeyStatus } from '../generated/graphql';
import type { Mark } from './hygiene.ts';
import classes from './KeyState.module.css';

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

/** What about a key deserves attention. */
export function KeyMarks({ marks }: { marks: readonly Mark[] }) {
  return marks.map(({ kind, text }) => (
    <span key={kind} className={classes.mark} data-kind={kind}>
      {kind === 'expiring' ? <CalendarClock size={13} aria-hidden /> : <Hourglass size={13} aria-hidden />}
      {text}
    </span>
  ));
}
