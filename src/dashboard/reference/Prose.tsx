import { Code } from '@mantine/core';
import { Fragment } from 'react';

/** A text of the document, in which backticks mark code. */
export function Prose({ children }: { children: string }) {
  return children.split('`').map((part, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: parts stay where they are
    return index % 2 === 1 ? <Code key={index}>{part}</Code> : <Fragment key={index}>{part}</Fragment>;
  });
}
