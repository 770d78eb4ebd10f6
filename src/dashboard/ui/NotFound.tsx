import { Button, Group } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from './EmptyState';

/** The page of an object that does not exist, or that the viewer cannot see: both look the same. */
export function NotFound({ what = 'Page' }: { what?: string }) {
  return (
    <>
      <title>{`${what} not found · Spectrakey`}</title>
      <EmptyState
        title={`${what} not found`}
        isPage
        action={
          <Group mt="sm">
            <Button component={Link} to="/" variant="default">
              Go to your projects
            </Button>
          </Group>
        }
      >
        It does not exist, or is not visible to you. Check the address, or ask an owner of the organization or
        project for access.
      </EmptyState>
    </>
  );
}
