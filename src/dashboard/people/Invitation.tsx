import { Anchor, Button, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { useSession } from '../app/Session';
import { graphql } from '../generated';
import type { InvitationQuery } from '../generated/graphql';
import { Loading } from '../ui/Loading';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { EntranceFrame } from './EntranceFrame';
import { InvitationGone, InvitationText } from './InvitationText';
import { INVITATION_PATH, useInvitationToken } from './invitation-link';

const INVITATION = graphql(`
  query Invitation($token: String!) {
    viewer {
      id
      email
    }
    invitation(token: $token) {
      ...InvitationFields
    }
  }
`);

const ACCEPT = graphql(`
  mutation AcceptInvitation($token: String!) {
    acceptInvitation(token: $token) {
      id
      slug
    }
  }
`);

const DECLINE = graphql(`
  mutation DeclineInvitation($token: String!) {
    declineInvitation(token: $token)
  }
`);

/** The page of an invitation, where it is accepted or declined after signing in or up. */
export function Invitation() {
  const token = useInvitationToken();
  const [declined, setDeclined] = useState(false);
  // Not from the cache: it may have been revoked meanwhile.
  const [{ data, error }, retry] = useQuery({
    query: INVITATION,
    variables: { token },
    requestPolicy: 'network-only',
    pause: declined,
  });
  if (declined) return <Declined />;
  if (error && !data) {
    return (
      <EntranceFrame>
        <Problem error={error} retry={() => retry()} />
      </EntranceFrame>
    );
  }
  if (!data) return <Loading what="the invitation" />;
  if (!data.invitation) return <InvitationGone />;
  return (
    <Answer
      token={token}
      invitation={data.invitation}
      viewer={data.viewer ?? null}
      onDeclined={() => setDeclined(true)}
    />
  );
}

interface AnswerProps {
  token: string;
  invitation: NonNullable<InvitationQuery['invitation']>;
  viewer: InvitationQuery['viewer'] | null;
  onDeclined: () => void;
}

function Answer({ token, invitation, viewer, onDeclined }: AnswerProps) {
  const navigate = useNavigate();
  const { renew } = useSession();
  const [accepting, accept] = useMutation(ACCEPT);
  const [declining, decline] = useMutation(DECLINE);
  const refused = accepting.error ?? declining.error;
  const makesAccount = invitation.organizationName === '';
  return (
    <EntranceFrame
      other={
        viewer && (
          <span style={{ overflowWrap: 'anywhere' }}>
            Signed in as {viewer.email}.{' '}
            <Anchor component={Link} to="/" size="sm" underline="always">
              To Spectrakey
            </Anchor>
          </span>
        )
      }
    >
      <title>Invitation · Spectrakey</title>
      <Stack gap="md">
        <Title order={1}>Invitation</Title>
        <Refusal sentence={refused ? sentenceOf(refused) : null} />
        <InvitationText invitation={invitation} />
        {viewer && !makesAccount && (
          <>
            {viewer.email !== invitation.email && (
              <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                It is for {invitation.email}. You would join as {viewer.email}.
              </Text>
            )}
            <Button
              fullWidth
              loading={accepting.fetching}
              disabled={declining.fetching}
              onClick={async () => {
                const { data } = await accept({ token });
                if (!data) return;
                await navigate(`/organizations/${data.acceptInvitation.slug}`, { replace: true });
                renew();
              }}
            >
              Accept
            </Button>
          </>
        )}
        {viewer && makesAccount && (
          <Text size="sm">You already have an account. To use the invitation, sign out first.</Text>
        )}
        {!viewer && (
          <Button component={Link} to={`/sign-up#${token}`} fullWidth>
            Sign up to accept
          </Button>
        )}
        {!viewer && !makesAccount && (
          <Button
            component={Link}
            to={`/sign-in?next=${encodeURIComponent(INVITATION_PATH)}#${token}`}
            variant="default"
            fullWidth
          >
            I have an account: sign in
          </Button>
        )}
        <Button
          variant="subtle"
          color="gray"
          fullWidth
          loading={declining.fetching}
          disabled={accepting.fetching}
          onClick={async () => {
            const { data } = await decline({ token });
            if (data) onDeclined();
          }}
        >
          Decline
        </Button>
      </Stack>
    </EntranceFrame>
  );
}

function Declined() {
  return (
    <EntranceFrame
      other={
        <Anchor component={Link} to="/" size="sm" underline="always">
          To Spectrakey
        </Anchor>
      }
    >
      <title>Invitation declined · Spectrakey</title>
      <Stack gap="md">
        <Title order={1}>Invitation declined</Title>
        <Text size="sm">You did not join, and the link is no longer valid.</Text>
      </Stack>
    </EntranceFrame>
  );
}
