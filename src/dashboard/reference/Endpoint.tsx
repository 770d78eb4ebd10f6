import classes from './Endpoint.module.css';

/** A method and a path. */
export function Endpoint({ method, path }: { method: string; path: string }) {
  return (
    <code className={classes.endpoint}>
      <span className={classes.method} data-method={method}>
        {method}
      </span>{' '}
      {path}
    </code>
  );
}
