import { Box, Switch } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';

const SET_DEPLOYMENT_ACTIVE = graphql(`
  mutation SetDeploymentActive($id: ID!, $active: Boolean!) {
    setDeploymentActive(id: $id, active: $active) {
      id
      active
    }
  }
`);

interface ActiveSwitchProps {
  deployment: { id: string; name: string; active: boolean };
  /** Told the server's sentence; null when a new attempt begins. */
  onRefused: (sentence: string | null) => void;
  /** The narrowest screen on which the word stands beside the switch; any, if not given. */
  wordFrom?: 'sm';
}

/** Switches a deployment on and off. For those who may; others see `ActiveDot`. */
export function ActiveSwitch({ deployment, onRefused, wordFrom }: ActiveSwitchProps) {
  const { id, name, active } = deployment;
  // What was asked for is shown at once, and until the list that is read again agrees.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [{ fetching }, setActive] = useMutation(SET_DEPLOYMENT_ACTIVE);
  if (wanted === active && !fetching) setWanted(null);
  const shown = wanted ?? active;
  return (
    <Switch
      checked={shown}
      label={
        <Box component="span" miw={56} {...(wordFrom ? { visibleFrom: wordFrom } : {})}>
          {shown ? 'Active' : 'Inactive'}
        </Box>
      }
      aria-label={`${name} is active`}
      styles={{ body: { alignItems: 'center' } }}
      onChange={async event => {
        if (fetching) return;
        const next = event.currentTarget.checked;
        onRefused(null);
        setWanted(next);
        const { error } = await setActive({ id, active: next });
        if (!error) return;
        setWanted(null);
        onRefused(sentenceOf(error));
      }}
    />
  );
}
