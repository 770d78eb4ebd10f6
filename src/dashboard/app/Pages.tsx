import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { DeploymentApiKeys } from '../api-keys/DeploymentApiKeys';
import { ProjectApiKeys } from '../api-keys/ProjectApiKeys';
import { DeploymentPage } from '../deployments/DeploymentPage';
import { Overview } from '../deployments/Overview';
import { Models } from '../models/Models';
import { CreateOrganization } from '../organizations/CreateOrganization';
import { Invitation } from '../people/Invitation';
import { SignIn } from '../people/SignIn';
import { SignUp } from '../people/SignUp';
import { Deployments } from '../projects/Deployments';
import { ProjectMembers } from '../projects/ProjectMembers';
import { ProjectPage } from '../projects/ProjectPage';
import { EmptyState } from '../ui/EmptyState';
import { Loading } from '../ui/Loading';
import { NotFound } from '../ui/NotFound';
import { Layout } from './Layout';
import { SignedIn, useViewer } from './Session';

const AccountPage = lazy(() =>
  import('../account/AccountPage').then(({ AccountPage }) => ({ default: AccountPage })),
);
const Integration = lazy(() =>
  import('../integration/Integration').then(({ Integration }) => ({ default: Integration })),
);
const KeyPage = lazy(() => import('../api-keys/KeyPage').then(({ KeyPage }) => ({ default: KeyPage })));
const Logs = lazy(() => import('../logs/Logs').then(({ Logs }) => ({ default: Logs })));
const Predict = lazy(() => import('../predict/Predict').then(({ Predict }) => ({ default: Predict })));
const ProjectLogs = lazy(() =>
  import('../logs/ProjectLogs').then(({ ProjectLogs }) => ({ default: ProjectLogs })),
);
const OrganizationPage = lazy(() =>
  import('../organizations/OrganizationPage').then(({ OrganizationPage }) => ({ default: OrganizationPage })),
);
const ProjectActivity = lazy(() =>
  import('../activity/ProjectActivity').then(({ ProjectActivity }) => ({ default: ProjectActivity })),
);
const OrganizationActivity = lazy(() =>
  import('../activity/OrganizationActivity').then(({ OrganizationActivity }) => ({
    default: OrganizationActivity,
  })),
);
const WebhooksPage = lazy(() =>
  import('../webhooks/WebhooksPage').then(({ WebhooksPage }) => ({ default: WebhooksPage })),
);

/** Every page and its address. The server answers these addresses with the same file (src/http/pages.ts). */
export function Pages() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Routes>
        <Route path="/sign-in" element={<SignIn />} />
        <Route path="/sign-up" element={<SignUp />} />
        <Route path="/invitations" element={<Invitation />} />
        <Route
          element={
            <SignedIn>
              <Layout />
            </SignedIn>
          }
        >
          <Route index element={<Home />} />
          <Route path="/account" element={<AccountPage />} />
          <Route path="/organizations/:slug" element={<OrganizationPage />} />
          <Route path="/organizations/:slug/activity" element={<OrganizationActivity />} />
          <Route path="/organizations/:slug/webhooks" element={<WebhooksPage />} />
          <Route path="/projects/:projectId" element={<ProjectPage />}>
            <Route index element={<Deployments />} />
            <Route path="models" element={<Models />} />
            <Route path="api-keys" element={<ProjectApiKeys />} />
            <Route path="logs" element={<ProjectLogs />} />
            <Route path="members" element={<ProjectMembers />} />
            <Route path="activity" element={<ProjectActivity />} />
          </Route>
          <Route path="/projects/:projectId/api-keys/:keyId" element={<KeyPage />} />
          <Route path="/deployments/:deploymentId" element={<DeploymentPage />}>
            <Route index element={<Overview />} />
            <Route path="api-keys" element={<DeploymentApiKeys />} />
            <Route path="predict" element={<Predict />} />
            <Route path="integration" element={<Integration />} />
            <Route path="logs" element={<Logs />} />
          </Route>
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </Suspense>
  );
}

/** Redirects to the first project; most people have one. */
function Home() {
  const { organizations } = useViewer();
  const [creating, setCreating] = useState(false);
  const [first] = organizations.flatMap(({ projects }) => projects);
  if (first) return <Navigate replace to={`/projects/${first.id}`} />;
  if (organizations.length > 0) {
    return (
      <EmptyState title="No project yet">
        You see no project. Ask an owner of your organization for a role in one of its projects.
      </EmptyState>
    );
  }
  return (
    <>
      <EmptyState
        title="No organization yet"
        action={<Button onClick={() => setCreating(true)}>New organization</Button>}
      >
        You do not belong to an organization. Ask an admin for an invitation, or create one.
      </EmptyState>
      <CreateOrganization opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}
