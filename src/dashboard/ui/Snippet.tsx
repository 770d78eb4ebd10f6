import { Fragment } from 'react';
import classes from './Snippet.module.css';

interface SnippetProps {
  code: string;
  label: string;
  /** A text in the code to be marked, for example what the reader has to set. */
  marked?: string;
  /** The max height in pixels; beyond, it scrolls. */
  maxHeight?: number;
}

/** Code to read and copy. Comments are dimmed. */
export function Snippet({ code, label, marked, maxHeight }: SnippetProps) {
  return (
    // Long lines scroll sideways, by keyboard too.
    <section
      className={classes.snippet}
      aria-label={label}
      style={{ maxHeight }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
      tabIndex={0}
    >
      <pre>
        <code>
          {code
            .trimEnd()
            .split('\n')
            .map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines stay where they are
              <Fragment key={index}>
                {/^\s*(#|\/\/)/.test(line) ? (
                  <span className={classes.comment}>{line}</span>
                ) : (
                  withMark(line, marked)
                )}
                {'\n'}
              </Fragment>
            ))}
        </code>
      </pre>
    </section>
  );
}

function withMark(line: string, marked: string | undefined) {
  const at = marked === undefined ? -1 : line.indexOf(marked);
  if (marked === undefined || at < 0) return line;
  return (
    <>
      {line.slice(0, at)}
      <mark className={classes.mark}>{marked}</mark>
      {line.slice(at + marked.length)}
    </>
  );
}
