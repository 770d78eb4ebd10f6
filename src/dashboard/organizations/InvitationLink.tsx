import { Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import classes from '../members/Members.module.css';
import { CopyText } from '../ui/CopyText';
import { shortDay } from '../ui/relative-time';

interface InvitationLinkProps {
  email: string;
  link: string;
  expiresAt: string;
  onDone: () => void;
}

/** The link of a new invitation, which is shown only once. */
export function InvitationLink({ email, link, expiresAt, onDone }: InvitationLinkProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // A screen reader continues here, at the result.
  useEffect(() => heading.current?.focus(), []);
  return (
    <Stack gap="xs" component="section" aria-labelledby="invitation-link">
      <Text
        component="h3"
        id="invitation-link"
        size="sm"
        fw={600}
        m={0}
        tabIndex={-1}
        ref={heading}
        className={classes.heading}
      >
        Send this link to {email}
      </Text>
      <CopyText text={link} what="the link" />
      <Text size="sm" c="dimmed">
        It is shown only once. It works once, until {shortDay(new Date(expiresAt))}, for anyone who has it:
        send it to that person only.
      </Text>
      <Group justify="flex-end">
        <Button size="xs" variant="default" onClick={onDone}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
