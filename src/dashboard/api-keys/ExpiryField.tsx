import { NativeSelect, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { TextField } from '../ui/Form';
import { type ExpiryDraft, expiryOf, inputDate, KEPT, LIFETIMES, NO_EXPIRY, ON_DATE } from './expiry.ts';

/** The choices of an expiry. */
export const EXPIRIES = [
  ...LIFETIMES.map(({ value, label }) => ({ value: String(value), label })),
  { value: ON_DATE, label: 'On a date…' },
  { value: NO_EXPIRY, label: 'Never' },
];

interface ExpiryFieldProps {
  draft: ExpiryDraft;
  onChange: (changed: Partial<ExpiryDraft>) => void;
  choices?: { value: string; label: string }[];
  /** The latest day that can be chosen, in the format of a date input. */
  lastDay?: string;
  /** What else is to be known about the choice. */
  children?: ReactNode;
}

/** The field for the expiry of a key, which says until when the key works. */
export function ExpiryField({
  draft: { lifetime, date },
  onChange,
  choices = EXPIRIES,
  lastDay = '2999-12-31',
  children,
}: ExpiryFieldProps) {
  const expiresAt = expiryOf(lifetime, date, new Date());
  const isPast = Boolean(expiresAt && expiresAt.getTime() < Date.now());
  return (
    <div>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NativeSelect
          label="Expires"
          value={lifetime}
          onChange={event => onChange({ lifetime: event.currentTarget.value })}
          data={choices}
        />
        {lifetime === ON_DATE && (
          <TextField
            type="date"
            label="Last day"
            required
            min={inputDate(new Date())}
            max={lastDay}
            error={isPast ? 'This day has passed. Choose a later one.' : undefined}
            value={date}
            onChange={event => onChange({ date: event.currentTarget.value })}
          />
        )}
      </SimpleGrid>
      <Text size="sm" mt={6} aria-live="polite">
        {!isPast && lifetime !== KEPT && lastMoment(expiresAt)}
      </Text>
      {children && (
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      )}
    </div>
  );
}

function lastMoment(expiresAt: Date | null | undefined): string {
  if (expiresAt === null) return 'Works until it is revoked.';
  if (expiresAt === undefined) return 'Works until the end of the day that you choose.';
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(expiresAt);
  return `Works until the end of ${day}, in your time zone.`;
}
