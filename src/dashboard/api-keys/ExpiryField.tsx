import { NativeSelect, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { TextField } from '../ui/Form';
import { type ExpiryDraft, expiryOf, expiryWords, inputDate, KEPT, ON_DATE } from './expiry.ts';
import { type ExpiryPolicy, requirementOf } from './expiry-policy.ts';

interface ExpiryFieldProps {
  label?: string;
  draft: ExpiryDraft;
  onChange: (changed: Partial<ExpiryDraft>) => void;
  choices: { value: string; label: string }[];
  policy: ExpiryPolicy;
  /** The latest expiry that can be chosen; null: no limit. */
  latest: Date | null;
  /** The latest day that can be chosen, in the format of a date input, if it is not that of `latest`. */
  lastDay?: string;
  /** What else is to be known about the choice. */
  children?: ReactNode;
}

/** The field for the expiry of a key, which says until when the key works. */
export function ExpiryField({
  label = 'Expires',
  draft: { lifetime, date },
  onChange,
  choices,
  policy,
  latest,
  lastDay,
  children,
}: ExpiryFieldProps) {
  const expiresAt = expiryOf(lifetime, date, new Date(), latest);
  const requirement = requirementOf(policy);
  const isPast = Boolean(expiresAt && expiresAt.getTime() < Date.now());
  return (
    <div>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NativeSelect
          label={label}
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
            max={lastDay ?? (latest ? inputDate(latest) : '2999-12-31')}
            error={isPast ? 'This day has passed. Choose a later one.' : undefined}
            value={date}
            onChange={event => onChange({ date: event.currentTarget.value })}
          />
        )}
      </SimpleGrid>
      <Text size="sm" mt={6} aria-live="polite">
        {!isPast && lifetime !== KEPT && lastMoment(expiresAt)}
      </Text>
      {(requirement || children) && (
        <Text size="sm" c="dimmed">
          {requirement} {children}
        </Text>
      )}
    </div>
  );
}

function lastMoment(expiresAt: Date | null | undefined): string {
  if (expiresAt === null) return 'Works until it is revoked.';
  if (expiresAt === undefined) return 'Works until the end of the day that you choose.';
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(expiresAt);
  const { time } = expiryWords(expiresAt);
  const moment = time === 'end of day' ? `the end of ${day}` : `${day}, ${time}`;
  return `Works until ${moment}, in your time zone.`;
}
