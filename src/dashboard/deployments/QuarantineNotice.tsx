import { Button, Group, Text } from '@mantine/core';
import { ShieldAlert } from 'lucide-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { Notice } from '../ui/Notice';
import { Refusal } from '../ui/Refusal';

const RESET_QUARANTINE = graphql(`
  mutation ResetQuarantine($deploymentId: ID!) {
    resetQuarantine(deploymentId: $deploymentId) {
      id
      quarantinedUntil
    }
  }
`);

interface QuarantineNoticeProps {
  deploymentId: string;
  /** RFC 3339 */
  until: string;
  /** Whether the viewer may reset the quarantine. */
  canReset: boolean;
}

/** Shows that a deployment's model is quarantined, and why; people with the permission can reset it. */
export function QuarantineNotice({ deploymentId, until, canReset }: QuarantineNoticeProps) {
  const [{ fetching }, reset] = useMutation(RESET_QUARANTINE);
  const [refusal, setRefusal] = useState<string | null>(null);
  const time = new Date(until).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return (
    <>
      <Notice icon={<ShieldAlert size={18} />} title={`The model is quarantined until ${time}`}>
        <Group justify="space-between" gap="sm" align="flex-end">
          <Text size="sm" maw={640}>
            It crashed, took too long or needed too much memory three times within ten minutes. Until then
            calls are refused and cost nothing. Check the spectra that were sent, or deploy another version.
          </Text>
          {canReset && (
            <Button
              size="xs"
              variant="default"
              loading={fetching}
              onClick={async () => {
                const { error } = await reset({ deploymentId });
                setRefusal(error ? sentenceOf(error) : null);
              }}
            >
              Reset quarantine
            </Button>
          )}
        </Group>
      </Notice>
      <Refusal sentence={refusal} />
    </>
  );
}
