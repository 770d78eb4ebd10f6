import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyRowFragment } from '../generated/graphql';
import { Dialog } from '../ui/Dialog';
import { Refusal } from '../ui/Refusal';
import classes from './ApiKeys.module.css';
import { KeyUse } from './KeyUse';
import { ABOUT_KEYS, DELETE } from './queries';

const REVOKE = graphql(`
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(id: $id) {
      id
    }
  }
`);

/** An action on a key that needs confirmation. */
export interface Asked {
  what: 'revoke' | 'delete';
  key: ApiKeyRowFragment;
}

interface Props {
  /** Null if there is nothing to confirm. */
  asked: Asked | null;
  now: Date;
  /** Whether it is asked on the page of the key, which shows its calls. */
  onItsPage?: boolean;
  /** Whether the focus goes back to the button that was pressed. */
  returnFocus: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** Asks before a key is revoked or deleted, naming it and its last use. */
export function ConfirmKey({ asked, now, onItsPage = false, returnFocus, onClose, onDone }: Props) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const verb = asked?.what === 'revoke' ? 'Revoke' : 'Delete';
  const close = () => {
    if (busy) return;
    setError(undefined);
    onClose();
  };
  const act = async ({ what, key: { id } }: Asked) => {
    setBusy(true);
    setError(undefined);
    const document = what === 'revoke' ? REVOKE : DELETE;
    const result = await client.mutation(document, { id }, ABOUT_KEYS).toPromise();
    setBusy(false);
    if (result.error) setError(result.error);
    else onDone();
  };
  return (
    <Dialog
      opened={asked !== null}
      onClose={close}
      size="lg"
      title={asked && `${verb} “${asked.key.name}”?`}
      returnFocus={returnFocus}
    >
      {asked && (
        <Stack gap="md">
          <div className={classes.facts}>
            <code>{asked.key.prefix}...</code>
            <KeyUse apiKey={asked.key} now={now} onLeave={onItsPage ? undefined : onClose} />
          </div>
          <Text size="sm">{consequence(asked)}</Text>
          <Refusal sentence={error ? sentenceOf(error) : null} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} disabled={busy} data-autofocus>
              Cancel
            </Button>
            <Button color="red.8" loading={busy} onClick={() => void act(asked)}>
              {verb} key
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}

function consequence({ what, key: { status } }: Asked) {
  if (what === 'revoke') {
    return 'Calls with it are refused from the next one on, and this cannot be undone. The key stays in the list until it is deleted.';
  }
  const logs = 'This cannot be undone. The prediction logs keep naming the key.';
  if (status !== 'ACTIVE') return `It is removed permanently. ${logs}`;
  return `The key still works: it is revoked first, so that calls with it are refused from the next one on, and then removed permanently. ${logs}`;
}
