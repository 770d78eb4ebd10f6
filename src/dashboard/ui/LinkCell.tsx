import { Anchor, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import classes from './LinkCell.module.css';

interface LinkCellProps {
  to: string;
  label: string;
  /** Content below the link. */
  children?: ReactNode;
}

/** The first cell of a row, whose whole area is a link. */
export function LinkCell({ to, label, children }: LinkCellProps) {
  return (
    <Table.Td className={classes.cell}>
      <Anchor
        component={Link}
        to={to}
        className={classes.link}
        size="sm"
        fw={500}
        c="inherit"
        style={{ overflowWrap: 'anywhere' }}
      >
        {label}
      </Anchor>
      {children}
    </Table.Td>
  );
}
