import { Group } from '@mantine/core';
import { CopyButton } from './CopyButton';
import classes from './CopyText.module.css';

interface CopyTextProps {
  text: string;
  /** What it is, to follow "Copy": "the command". */
  what: string;
}

/** A text to copy, by its button or, as one click selects all of it, by hand. */
export function CopyText({ text, what }: CopyTextProps) {
  return (
    <Group gap="xs">
      <code className={classes.text} translate="no">
        {text}
      </code>
      <CopyButton text={text} what={what} />
    </Group>
  );
}
