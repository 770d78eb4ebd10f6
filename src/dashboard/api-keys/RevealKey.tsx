import { Button, Group, Stack, Text } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { Check, Copy, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Notice } from '../ui/Notice';
import classes from './ApiKeys.module.css';
import { TryKey } from './TryKey';

interface Props {
  name: string;
  prefix: string;
  rawKey: string;
  /** Whether the person tried to leave other than by "Done". */
  warned: boolean;
  /** Called when the browser's Back button was pressed; the key stays. */
  onBack: () => void;
  onDone: () => void;
}

/** A new key in full, which is shown only once. */
export function RevealKey({ name, prefix, rawKey, warned, onBack, onDone }: Props) {
  const secret = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState<'not yet' | 'yes' | 'by hand'>('not yet');
  const copyButton = useRef<HTMLButtonElement>(null);
  // The form's button, which had the focus, is gone.
  useEffect(() => copyButton.current?.focus(), []);
  // Closing or reloading the page asks first.
  useWindowEvent('beforeunload', event => event.preventDefault());
  const release = useHeldBackButton(onBack);
  const copy = async () => {
    const done = await copyText(rawKey, secret.current);
    setCopied(done ? 'yes' : 'by hand');
  };
  return (
    <Stack gap="md">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        This is the key <strong>{name}</strong>. The list will show it as <code>{prefix}...</code>
      </Text>
      <code ref={secret} className={classes.secret} translate="no">
        {rawKey}
      </code>
      <Notice icon={<TriangleAlert size={18} aria-hidden />} title="This is the only time it is shown">
        Only a hash of it is stored, so it cannot be shown again. Put it into the secret store of the program
        that will use it. If it gets lost, revoke it and create another.
      </Notice>
      <TryKey rawKey={rawKey} />
      {warned && (
        <Text size="sm" role="alert" className={classes.full}>
          The dialog stays open so that the key is not lost. Copy the key, then press Done.
        </Text>
      )}
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {copied === 'yes' && 'Copied to the clipboard.'}
          {copied === 'by hand' && 'The browser does not allow it: the key is selected, press Ctrl+C or ⌘C.'}
        </Text>
        <Group gap="xs">
          <Button
            variant={copied === 'yes' ? 'default' : 'filled'}
            leftSection={copied === 'yes' ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
            onClick={() => void copy()}
            ref={copyButton}
            miw={112}
          >
            {copied === 'yes' ? 'Copied' : 'Copy'}
          </Button>
          <Button
            variant={copied === 'yes' ? 'filled' : 'default'}
            onClick={() => {
              release();
              onDone();
            }}
          >
            Done
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

/**
 * Makes the browser's Back button return to this page, as leaving it would lose the key. The history entries contain
 * nothing of the key.
 *
 * @returns a function that restores the Back button.
 */
function useHeldBackButton(onBack: () => void): () => void {
  const held = useRef(true);
  const hold = () => window.history.pushState(window.history.state, '', window.location.href);
  useEffect(() => {
    window.history.pushState(window.history.state, '', window.location.href);
  }, []);
  useWindowEvent('popstate', () => {
    if (!held.current) return;
    hold();
    onBack();
  });
  return () => {
    held.current = false;
    window.history.back();
  };
}

/** Copies a text. @returns false if the browser has no clipboard; the text is then selected */
async function copyText(text: string, element: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A server in a laboratory's network is often reached without TLS, where browsers have only the old API.
    if (element) window.getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}
