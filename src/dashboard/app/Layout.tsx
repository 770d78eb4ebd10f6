import {
  Anchor,
  AppShell,
  Box,
  Button,
  Container,
  Group,
  Menu,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import {
  BookOpen,
  ChevronDown,
  CircleUserRound,
  CodeXml,
  LogOut,
  Moon,
  Plus,
  Settings,
  Sun,
  SunMoon,
  UserCog,
} from 'lucide-react';
import { Suspense, useState } from 'react';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { graphql } from '../generated';
import mark from '../graphiql/spectrakey.svg';
import { CreateOrganization } from '../organizations/CreateOrganization';
import { Loading } from '../ui/Loading';
import { sentenceOf } from './client';
import { ErrorBoundary } from './ErrorBoundary';
import { useSession, useViewer } from './Session';

const SIGN_OUT = graphql(`
  mutation SignOut {
    signOut
  }
`);

/** The name and logo of the product, as a link to the start page. */
export function Brand() {
  return (
    <Anchor component={Link} to="/" underline="never" c="inherit">
      <Group gap={8} wrap="nowrap">
        <img src={mark} alt="" width={26} height={26} />
        <Text fw={650} size="md" component="span">
          Spectrakey
        </Text>
      </Group>
    </Anchor>
  );
}

/** The frame around every page of a signed-in person. */
export function Layout() {
  const { pathname } = useLocation();
  return (
    <AppShell header={{ height: 56 }} padding={0}>
      <AppShell.Header>
        <Container size="lg" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap">
              <Brand />
              <ProjectMenu />
            </Group>
            <PersonMenu />
          </Group>
        </Container>
      </AppShell.Header>
      <AppShell.Main bg="var(--ground)">
        <Container size="lg" py="lg">
          <ErrorBoundary address={pathname}>
            <Suspense fallback={<Loading what="the page" />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </Container>
      </AppShell.Main>
    </AppShell>
  );
}

function ProjectMenu() {
  const { organizations } = useViewer();
  const [creating, setCreating] = useState(false);
  return (
    <>
      <Menu position="bottom-start" width={260} shadow="md">
        <Menu.Target>
          <Button variant="subtle" color="gray" size="compact-sm" rightSection={<ChevronDown size={14} />}>
            Projects
          </Button>
        </Menu.Target>
        {/* With many projects the menu scrolls within the window. */}
        <Menu.Dropdown mah="calc(100dvh - 72px)" style={{ overflowY: 'auto' }}>
          {organizations.map(organization => (
            <Box key={organization.id}>
              <Menu.Label>{organization.name}</Menu.Label>
              {organization.projects.map(project => (
                <Menu.Item key={project.id} component={Link} to={`/projects/${project.id}`}>
                  {project.name}
                </Menu.Item>
              ))}
              <Menu.Item
                component={Link}
                to={`/organizations/${organization.slug}`}
                leftSection={<Settings size={14} />}
                c="dimmed"
              >
                Organization and members
              </Menu.Item>
            </Box>
          ))}
          {organizations.length > 0 && <Menu.Divider />}
          <Menu.Item leftSection={<Plus size={14} />} onClick={() => setCreating(true)}>
            New organization
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <CreateOrganization opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function PersonMenu() {
  const viewer = useViewer();
  const { renew } = useSession();
  const navigate = useNavigate();
  const [, signOut] = useMutation(SIGN_OUT);
  const [failed, setFailed] = useState<string | null>(null);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  // Whether the server serves GraphiQL (its setting GRAPHIQL).
  const [graphiql, setGraphiql] = useState(true);
  const checkGraphiql = async () => {
    const { status } = await fetch('/graphiql', { method: 'HEAD' });
    setGraphiql(status !== 404);
  };
  return (
    <Menu position="bottom-end" width={240} shadow="md" onOpen={checkGraphiql}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${viewer.name}`}>
          <Group gap={6} wrap="nowrap">
            {/* A narrow screen has no room for the name. */}
            <Box hiddenFrom="xs" lh={0}>
              <CircleUserRound size={22} aria-hidden />
            </Box>
            <Text size="sm" maw={160} truncate visibleFrom="xs">
              {viewer.name}
            </Text>
            <ChevronDown size={14} />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{viewer.email}</Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<UserCog size={14} />}>
          Account
        </Menu.Item>
        <Menu.Divider />
        {(
          [
            ['light', 'Light', Sun],
            ['dark', 'Dark', Moon],
            ['auto', 'System', SunMoon],
          ] as const
        ).map(([scheme, label, Icon]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={14} />}
            aria-current={colorScheme === scheme}
            fw={colorScheme === scheme ? 600 : undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component="a" href="/api" leftSection={<BookOpen size={14} />}>
          API reference
        </Menu.Item>
        {graphiql && (
          <Menu.Item component="a" href="/graphiql" leftSection={<CodeXml size={14} />}>
            GraphiQL
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<LogOut size={14} />}
          closeMenuOnClick={false}
          onClick={async () => {
            const { error } = await signOut({});
            // A person who reads "signed out" may leave a shared computer, so it must be true.
            if (error && error.response?.status !== 401) {
              setFailed(sentenceOf(error));
              return;
            }
            await navigate('/sign-in');
            renew();
          }}
        >
          Sign out
        </Menu.Item>
        {failed && (
          <Text role="alert" size="xs" c="red" px="sm" py={4}>
            You are still signed in. {failed}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
