import { Button, Text, VisuallyHidden } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Check, Copy } from 'lucide-react';

/** Copies a text, and shows whether the browser allowed it. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const { copy, copied, error } = useClipboard();
  return (
    <>
      <Button
        variant="default"
        size="xs"
        w={96}
        px={8}
        style={{ flexShrink: 0 }}
        leftSection={copied ? <Check size={14} /> : <Copy size={14} />}
        onClick={() => copy(text)}
        aria-label={`${copied ? 'Copied' : 'Copy'} ${what}`}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
      <VisuallyHidden role="status">{copied ? `Copied ${what}` : ''}</VisuallyHidden>
      {/* Browsers allow the clipboard only to pages loaded over HTTPS. */}
      {error && (
        <Text size="xs" role="alert">
          The browser refused. Select the text and copy it.
        </Text>
      )}
    </>
  );
}
