import { Button, Group, Select } from '@mantine/core';
import type { Person } from './people.ts';
import { type FilterInAddress, GROUPS, PERIODS } from './use-activity-filter.ts';

interface ActivityFiltersProps {
  filter: FilterInAddress;
  /** The people who can be chosen. */
  people: readonly Person[];
  /** Whether entries of the organization and its webhooks are listed too. */
  ofOrganization: boolean;
}

const ONLY_OF_ORGANIZATION = ['ORGANIZATION', 'WEBHOOKS'];

/** Chooses what is listed: a group of actions, a person and a period. */
export function ActivityFilters({ filter, people, ofOrganization }: ActivityFiltersProps) {
  const groups = GROUPS.filter(({ value }) => ofOrganization || !ONLY_OF_ORGANIZATION.includes(value));
  const known = people.map(({ id, name }) => ({ value: id, label: name }));
  // A person whom no entry on the page names can still be in the address.
  const persons =
    filter.person !== null && !people.some(({ id }) => id === filter.person)
      ? [...known, { value: filter.person, label: 'Another person' }]
      : known;
  return (
    <Group gap="xs" align="end">
      <Select
        label="Actions"
        placeholder="All"
        size="xs"
        w={{ base: '100%', xs: 150 }}
        clearable
        data={groups}
        value={filter.group}
        onChange={value => filter.set('group', value)}
      />
      <Select
        label="Person"
        placeholder="Everyone"
        size="xs"
        w={{ base: '100%', xs: 180 }}
        clearable
        searchable
        data={persons}
        value={filter.person}
        onChange={value => filter.set('person', value)}
      />
      <Select
        label="Period"
        placeholder="Any time"
        size="xs"
        w={{ base: '100%', xs: 150 }}
        clearable
        data={PERIODS.map(({ value, label }) => ({ value, label }))}
        value={filter.period}
        onChange={value => filter.set('period', value)}
      />
      {filter.filter && (
        <Button variant="subtle" size="xs" onClick={filter.clear}>
          Show all
        </Button>
      )}
    </Group>
  );
}
