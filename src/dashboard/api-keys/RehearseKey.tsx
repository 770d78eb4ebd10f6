import { Button, Group, Stack, Text } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyPageQuery, ApiKeyRowFragment } from '../generated/graphql';
import { MAX_REHEARSAL_MINUTES, MINUTES_BETWEEN_REHEARSALS } from '../limits.ts';
import { Dialog } from '../ui/Dialog';
import { Form, TextField } from '../ui/Form';
import { Notice } from '../ui/Notice';
import { Refusal } from '../ui/Refusal';
import { exactTime } from '../ui/relative-time.ts';
import classes from './ApiKeys.module.css';
import { RefusedInRehearsal } from './KeyRefusals';
import { KeyUse } from './KeyUse';
import { ABOUT_KEYS } from './queries';

const REHEARSE = graphql(`
  mutation RehearseApiKeyRevocation($id: ID!, $minutes: Int!) {
    rehearseApiKeyRevocation(id: $id, minutes: $minutes) {
      id
      rehearsalUntil
    }
  }
`);

const END = graphql(`
  mutation EndApiKeyRehearsal($id: ID!) {
    endApiKeyRehearsal(id: $id) {
      id
      rehearsalUntil
    }
  }
`);

type ApiKeyPage = NonNullable<ApiKeyPageQuery['apiKey']>;

/** When the revocation of a key can be rehearsed again; null: now. */
function nextRehearsal({ rehearsedAt }: Pick<ApiKeyPage, 'rehearsedAt'>, now: Date): Date | null {
  const next = rehearsedAt ? Date.parse(rehearsedAt) + MINUTES_BETWEEN_REHEARSALS * 60_000 : 0;
  return next > now.getTime() ? new Date(next) : null;
}

interface Props {
  /** Null if no revocation is rehearsed. */
  apiKey: (ApiKeyRowFragment & Pick<ApiKeyPage, 'rehearsedAt'>) | null;
  now: Date;
  onClose: () => void;
}

/** Asks before the revocation of a key is rehearsed, naming its last use and what may not come back. */
export function RehearseKey({ apiKey, now, onClose }: Props) {
  const client = useClient();
  const [minutes, setMinutes] = useState('5');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const next = apiKey && nextRehearsal(apiKey, now);
  const close = () => {
    if (busy) return;
    setError(undefined);
    onClose();
  };
  const submit = async () => {
    if (busy || !apiKey || next) return;
    setBusy(true);
    setError(undefined);
    const variables = { id: apiKey.id, minutes: Number(minutes) };
    const result = await client.mutation(REHEARSE, variables, ABOUT_KEYS).toPromise();
    setBusy(false);
    if (result.error) setError(result.error);
    else onClose();
  };
  return (
    <Dialog
      opened={apiKey !== null}
      onClose={close}
      size="lg"
      title={apiKey && `Rehearse the revocation of “${apiKey.name}”`}
    >
      {apiKey && (
        <Form onSubmit={() => void submit()}>
          <Stack gap="md">
            <Refusal sentence={error ? sentenceOf(error) : null} />
            <div className={classes.facts}>
              <code>{apiKey.prefix}...</code>
              <KeyUse apiKey={apiKey} now={now} onLeave={undefined} />
            </div>
            <Text size="sm">
              For some minutes, calls with the key are refused as if it were revoked. Then it works again by
              itself. Who calls meanwhile is shown on this page.
            </Text>
            <Notice
              icon={<FlaskConical size={18} aria-hidden />}
              title="Programs that stop at their first refusal do not come back by themselves"
            >
              Warn the people who run them. The key can be rehearsed once an hour.
            </Notice>
            {next && (
              <Text size="sm" role="status">
                Its last rehearsal began less than an hour ago. The next one can begin after {exactTime(next)}
                .
              </Text>
            )}
            <TextField
              type="number"
              label="Minutes"
              description={`1 to ${MAX_REHEARSAL_MINUTES}`}
              required
              min={1}
              max={MAX_REHEARSAL_MINUTES}
              value={minutes}
              onChange={event => setMinutes(event.currentTarget.value)}
            />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close} disabled={busy} data-autofocus>
                Cancel
              </Button>
              <Button type="submit" loading={busy} disabled={next !== null}>
                Refuse for {minutes} {minutes === '1' ? 'minute' : 'minutes'}
              </Button>
            </Group>
          </Stack>
        </Form>
      )}
    </Dialog>
  );
}

interface UnderWayProps {
  id: string;
  until: Date;
  /** Whether the viewer may end it. */
  canEnd: boolean;
}

/** Says that a rehearsal is under way, and ends it. */
export function RehearsalUnderWay({ id, until, canEnd }: UnderWayProps) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const end = async () => {
    setBusy(true);
    const result = await client.mutation(END, { id }, ABOUT_KEYS).toPromise();
    setBusy(false);
    setError(result.error);
  };
  const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (
    <Notice
      icon={<FlaskConical size={18} aria-hidden />}
      title={`Its revocation is rehearsed until ${time.format(until)}`}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">Calls with this key are refused. Then it works again by itself.</Text>
        <RefusedInRehearsal id={id} />
        <Refusal sentence={error ? sentenceOf(error) : null} />
        {canEnd && (
          <Button variant="default" size="compact-sm" loading={busy} onClick={() => void end()}>
            End now
          </Button>
        )}
      </Stack>
    </Notice>
  );
}
