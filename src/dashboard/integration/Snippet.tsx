import { Fragment } from 'react';
import classes from './Snippet.module.css';
import { KEY_PLACEHOLDER } from './snippets';

/** Code to read and copy. Comments are dimmed, and the placeholder of the key is marked. */
export function Snippet({ code, label }: { code: string; label: string }) {
  return (
    // Long lines scroll sideways, by keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
    <section className={classes.snippet} aria-label={label} tabIndex={0}>
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
                  withPlaceholder(line)
                )}
                {'\n'}
              </Fragment>
            ))}
        </code>
      </pre>
    </section>
  );
}

function withPlaceholder(line: string) {
  const [before, after] = line.split(KEY_PLACEHOLDER);
  if (after === undefined) return line;
  return (
    <>
      {before}
      <mark className={classes.placeholder}>{KEY_PLACEHOLDER}</mark>
      {after}
    </>
  );
}
