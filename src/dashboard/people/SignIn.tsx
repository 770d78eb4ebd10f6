import { Anchor, Box, Button, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { type CombinedError, useMutation } from 'urql';
import { SIGNING_IN, sentenceOf } from '../app/client';
import { pathAfterSignIn, useSession } from '../app/Session';
import { graphql } from '../generated';
import { CopyText } from '../ui/CopyText';
import { Form, PasswordField, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { EntranceFrame } from './EntranceFrame';

const SIGN_IN = graphql(`
  mutation SignIn($email: EmailAddress!, $password: String!) {
    signIn(email: $email, password: $password) {
      id
    }
  }
`);

/** Returns a function that opens the next page after signing in or up: the given path, else the one in the address. */
export function useEntrance() {
  const { search, hash } = useLocation();
  const navigate = useNavigate();
  const { renew } = useSession();
  return async (path = pathAfterSignIn(search) + hash) => {
    await navigate(path, { replace: true });
    renew();
  };
}

/** The page for signing in. */
export function SignIn() {
  const enter = useEntrance();
  const { search, hash } = useLocation();
  return (
    <SignInForm
      onSignedIn={() => enter()}
      other={
        <>
          No account yet?{' '}
          <Anchor component={Link} to={`/sign-up${search}${hash}`} size="sm" underline="always">
            Sign up
          </Anchor>
        </>
      }
    />
  );
}

/** Replaces the pages while the session is lost. They stay behind it, with what was typed. */
export function LostSession() {
  const { resume } = useSession();
  return (
    <SignInForm
      onSignedIn={async personId => resume(personId)}
      reason="Your session has ended. Sign in to continue where you were: what you typed is still there."
    />
  );
}

interface SignInFormProps {
  onSignedIn: (personId: string) => Promise<void>;
  /** Why it is shown to a person who was signed in. */
  reason?: string;
  other?: ReactNode;
}

function SignInForm({ onSignedIn, reason, other }: SignInFormProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [{ fetching, error }, signIn] = useMutation(SIGN_IN);
  return (
    <Entrance
      title="Sign in"
      submit="Sign in"
      busy={fetching}
      error={error}
      reason={reason}
      onSubmit={async () => {
        const { data } = await signIn({ email, password }, SIGNING_IN);
        if (data) await onSignedIn(data.signIn.id);
      }}
      other={
        <Stack gap="xs" align="center">
          <ForgottenPassword email={email} />
          {other && <span>{other}</span>}
        </Stack>
      }
    >
      <EmailInput value={email} onChange={setEmail} />
      <PasswordField
        label="Password"
        autoComplete="current-password"
        required
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
    </Entrance>
  );
}

/** What to do about a forgotten password. The server sends no e-mail for it. */
function ForgottenPassword({ email }: { email: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <Stack gap={6} align="center">
      <Anchor
        component="button"
        type="button"
        size="sm"
        underline="always"
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        Forgotten your password?
      </Anchor>
      {opened && (
        <Box ta="left" w="100%">
          <Text size="sm" mb={6}>
            Ask the operator of this server for a new one. They run this command in the server’s folder, and
            send you the password that it prints:
          </Text>
          <CopyText text={`npm run spectrakey -- password ${commandWord(email)}`} what="the command" />
        </Box>
      )}
    </Stack>
  );
}

/** The e-mail for a command, or a placeholder if it would need quotes. */
const commandWord = (email: string) => (/^[\w.+-]+@[\w.-]+$/.test(email) ? email : '<e-mail>');

/** The e-mail of an account; fixed by an invitation. */
export function EmailInput({
  value,
  onChange,
  fixed = false,
}: {
  value: string;
  onChange: (email: string) => void;
  fixed?: boolean;
}) {
  return (
    <TextField
      label="E-mail"
      type="email"
      autoComplete="username"
      required
      readOnly={fixed}
      description={fixed ? 'As it was invited' : undefined}
      value={value}
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}

interface EntranceProps {
  title: string;
  submit: string;
  busy: boolean;
  error: CombinedError | undefined;
  /** Shown above the fields. */
  reason?: string | undefined;
  onSubmit: () => Promise<void>;
  other: ReactNode;
  children: ReactNode;
}

/** The form for signing in or up. */
export function Entrance({ title, submit, busy, error, reason, onSubmit, other, children }: EntranceProps) {
  return (
    <EntranceFrame other={other}>
      <title>{`${title} · Spectrakey`}</title>
      <Form onSubmit={() => void onSubmit()}>
        <Stack gap="md">
          <Title order={1}>{title}</Title>
          {reason && (
            <Text size="sm" role="status">
              {reason}
            </Text>
          )}
          <Refusal sentence={error ? sentenceOf(error) : null} />
          {children}
          <Button type="submit" loading={busy} fullWidth>
            {submit}
          </Button>
        </Stack>
      </Form>
    </EntranceFrame>
  );
}
