import { Table, type TableProps } from '@mantine/core';
import classes from './DataTable.module.css';

/** The dashboard's table: small, dimmed column heads, and rows that are as high everywhere. */
export function DataTable({ className = '', ...props }: TableProps) {
  return (
    <Table
      className={`${classes.table} ${className}`}
      verticalSpacing="sm"
      horizontalSpacing="md"
      highlightOnHover
      {...props}
    />
  );
}
