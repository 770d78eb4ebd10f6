import { SimpleGrid, Textarea } from '@mantine/core';
import { MAX_NOTE_LENGTH } from '../limits.ts';
import { TextField } from '../ui/Form';
import { ClientAddress } from './ClientAddress';
import type { SettingsDraft } from './key-draft.ts';

interface SettingsFieldsProps {
  draft: SettingsDraft;
  onChange: (changed: Partial<SettingsDraft>) => void;
}

/** The field of a key's note, which may be empty. */
export const NoteField = ({ draft, onChange }: SettingsFieldsProps) => (
  <Textarea
    label="Note"
    description="What uses the key, and whom to ask."
    maxLength={MAX_NOTE_LENGTH}
    autosize
    minRows={2}
    value={draft.note}
    onChange={event => onChange({ note: event.currentTarget.value })}
  />
);

/** The fields of a key's note, networks and limits, all of which may be empty. */
export function SettingsFields({ draft, onChange }: SettingsFieldsProps) {
  return (
    <>
      <NoteField draft={draft} onChange={onChange} />
      <Textarea
        label="Allowed networks"
        description="One a line, such as 203.0.113.0/24. Empty: from anywhere."
        placeholder="203.0.113.0/24"
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={draft.networks}
        onChange={event => onChange({ networks: event.currentTarget.value })}
      />
      <ClientAddress />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextField
          type="number"
          label="Predictions a month"
          description="Empty: no limit of its own."
          min={1}
          value={draft.predictions}
          onChange={event => onChange({ predictions: event.currentTarget.value })}
        />
        <TextField
          type="number"
          label="Calls a minute"
          description="To each server. Empty: no limit."
          min={1}
          value={draft.calls}
          onChange={event => onChange({ calls: event.currentTarget.value })}
        />
      </SimpleGrid>
    </>
  );
}
