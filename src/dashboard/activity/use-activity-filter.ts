import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { ActivityFilter, ActivityGroup } from '../generated/graphql';

export const GROUPS: { value: ActivityGroup; label: string }[] = [
  { value: 'API_KEYS', label: 'API keys' },
  { value: 'DEPLOYMENTS', label: 'Deployments' },
  { value: 'MODELS', label: 'Models' },
  { value: 'PROJECTS', label: 'Projects' },
  { value: 'MEMBERS', label: 'Members' },
  { value: 'ORGANIZATION', label: 'Organization' },
  { value: 'WEBHOOKS', label: 'Webhooks' },
];

const HOUR_MS = 60 * 60 * 1000;

export const PERIODS = [
  { value: 'day', label: 'Last 24 hours', hours: 24 },
  { value: 'week', label: 'Last 7 days', hours: 7 * 24 },
  { value: 'month', label: 'Last 30 days', hours: 30 * 24 },
  { value: 'quarter', label: 'Last 90 days', hours: 90 * 24 },
];

/** The filter in the page's address: `?group=API_KEYS&person=…&period=week&subject=…`. */
export interface FilterInAddress {
  group: ActivityGroup | null;
  person: string | null;
  period: string | null;
  subject: string | null;
  set: (name: 'group' | 'person' | 'period' | 'subject', value: string | null) => void;
  clear: () => void;
  /** The filter of the query; null: all. The period begins when it was chosen or the page was opened. */
  filter: ActivityFilter | null;
}

/** The id in a part of the address; null for another text, which a person may have typed. */
const idIn = (text: string | null): string | null =>
  text !== null && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text : null;

/** Reads and changes the filter in the page's address. */
export function useActivityFilter(): FilterInAddress {
  const [search, setSearch] = useSearchParams();
  const group = GROUPS.find(({ value }) => value === search.get('group'))?.value ?? null;
  const chosen = PERIODS.find(({ value }) => value === search.get('period'));
  const period = chosen?.value ?? null;
  const hours = chosen?.hours ?? null;
  const person = idIn(search.get('person'));
  const subject = idIn(search.get('subject'));
  const filter = useMemo(() => {
    if (group === null && person === null && hours === null && subject === null) return null;
    return {
      ...(group !== null && { groups: [group] }),
      ...(person !== null && { actorId: person }),
      ...(subject !== null && { subjectId: subject }),
      ...(hours !== null && { since: new Date(Date.now() - hours * HOUR_MS).toISOString() }),
    };
  }, [group, person, hours, subject]);
  return {
    group,
    person,
    period,
    subject,
    set: (name, value) =>
      setSearch(before => {
        const next = new URLSearchParams(before);
        if (value === null) next.delete(name);
        else next.set(name, value);
        return next;
      }),
    clear: () => setSearch(''),
    filter,
  };
}
