import { Alert, type AlertProps } from '@mantine/core';
import classes from './Notice.module.css';

/** A warning, as opposed to an error. Its colors have more contrast than Mantine's yellow. */
export function Notice(props: Omit<AlertProps, 'color' | 'variant' | 'classNames'>) {
  return <Alert color="yellow" variant="light" classNames={classes} {...props} />;
}
