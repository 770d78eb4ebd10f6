import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { DeploymentApiKeys, ProjectApiKeys } from '../api-keys/ApiKeys';
import { DeploymentPage } from '../deployments/DeploymentPage';
import { Overview } from '../deployments/Overview';
import { Integration } from '../integration/Integration';
import { Logs } from '../logs/Logs';
import { ProjectLogs } from '../logs/ProjectLogs';
import { Models } from '../models/Models';
import { OrganizationPage } from '../organizations/OrganizationPage';
import { SignIn, SignUp } from '../people/SignIn';
import { Deployments } from '../projects/Deployments';
import { ProjectMembers } from '../projects/ProjectMembers';
import { ProjectPage } from '../projects/ProjectPage';
import { Layout } from './layout';
import { SignedIn, useViewer } from './session';
import { Empty, Loading, NotFound } from './states';

const Predict = lazy(() => import('../predict/Predict').then(({ Predict }) => ({ default: Predict })));

/** Every page and its address. The server answers these addresses with the same file (src/http/pages.ts). */
export function Pages() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Routes>
        <Route path="/sign-in" element={<SignIn />} />
        <Route path="/sign-up" element={<SignUp />} />
        <Route
          element={
            <SignedIn>
              <Layout />
            </SignedIn>
          }
        >
          <Route index element={<Home />} />
          <Route path="/organizations/:slug" element={<OrganizationPage />} />
          <Route path="/projects/:projectId" element={<ProjectPage />}>
            <Route index element={<Deployments />} />
            <Route path="models" element={<Models />} />
            <Route path="api-keys" element={<ProjectApiKeys />} />
            <Route path="logs" element={<ProjectLogs />} />
            <Route path="members" element={<ProjectMembers />} />
          </Route>
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

/** Leads to the first project; most people have one. */
function Home() {
  const [first] = useViewer().organizations.flatMap(({ projects }) => projects);
  if (first) return <Navigate replace to={`/projects/${first.id}`} />;
  return (
    <Empty title="No project yet">
      You see no project. Ask an owner of your organization for a role in one of its projects.
    </Empty>
  );
}
