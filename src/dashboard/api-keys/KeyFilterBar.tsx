import { Button, NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ApiKeyStatus } from '../generated/graphql';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { formatNumber } from '../ui/numbers.ts';
import classes from './KeyFilterBar.module.css';
import { isShown, type KeyFilter, type Shown, STATUSES } from './key-filter.ts';
import { withoutSecret } from './without-secret.ts';

const SEARCH_DELAY_MS = 250;

const WORDS: Record<Shown, string> = {
  all: 'All keys',
  'not-revoked': 'Without revoked',
  active: 'Active',
  expired: 'Expired',
  revoked: 'Revoked',
};

/** The numbers of keys by status, whatever is listed. */
type KeyCounts = Record<ApiKeyStatus, number>;

/** The number of keys of any status. */
export const totalOfCounts = (counts: KeyCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

interface KeyFilterBarProps {
  filter: KeyFilter;
  onChange: (changed: Partial<KeyFilter>) => void;
  /** Absent while they are loading. */
  counts?: KeyCounts | undefined;
  /** The number of keys that the filter finds. */
  found?: number | undefined;
}

/** Searches, filters and sorts a list of keys. */
export function KeyFilterBar({ filter, onChange, counts, found }: KeyFilterBarProps) {
  const [text, setText] = useState(filter.search);
  const input = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback((search: string) => onChange({ search }), SEARCH_DELAY_MS);
  const isFiltered = filter.search !== '' || filter.shown !== 'all';
  const total = counts && totalOfCounts(counts);
  return (
    <div className={classes.bar}>
      <TextInput
        ref={input}
        type="search"
        aria-label="Search the keys"
        placeholder="Search by name or sk_…"
        leftSection={<Search size={16} aria-hidden />}
        maxLength={MAX_NAME_LENGTH}
        autoComplete="off"
        spellCheck={false}
        className={classes.search}
        value={text}
        onChange={event => {
          const next = withoutSecret(event.currentTarget.value);
          setText(next);
          search(next);
        }}
      />
      <NativeSelect
        aria-label="Status"
        className={classes.choice}
        value={filter.shown}
        onChange={({ currentTarget: { value } }) => {
          if (isShown(value)) onChange({ shown: value });
        }}
        data={Object.keys(WORDS)
          .filter(isShown)
          .map(value => ({ value, label: `${WORDS[value]}${counts ? countOf(value, counts) : ''}` }))}
      />
      <NativeSelect
        aria-label="Order"
        className={classes.choice}
        value={filter.orderBy}
        onChange={({ currentTarget: { value } }) =>
          onChange({ orderBy: value === 'LAST_USED' ? 'LAST_USED' : 'NEWEST' })
        }
        data={[
          { value: 'NEWEST', label: 'Newest first' },
          { value: 'LAST_USED', label: 'Last used first' },
        ]}
      />
      <Text size="sm" c="dimmed" role="status" className={classes.found}>
        {isFiltered && found !== undefined && total !== undefined && (
          <>
            {formatNumber(found)} of {formatNumber(total)} keys
          </>
        )}
      </Text>
      {isFiltered && (
        <Button
          variant="subtle"
          size="compact-sm"
          className={classes.clear}
          onClick={() => {
            search.cancel();
            setText('');
            onChange({ search: '', shown: 'all' });
            // The button disappears, and the focus would be lost.
            input.current?.focus();
          }}
        >
          Show all
        </Button>
      )}
    </div>
  );
}

function countOf(shown: Shown, counts: KeyCounts): string {
  const statuses: readonly ApiKeyStatus[] | null = STATUSES[shown];
  const number = statuses?.reduce((sum, status) => sum + counts[status], 0) ?? totalOfCounts(counts);
  return ` (${formatNumber(number)})`;
}
