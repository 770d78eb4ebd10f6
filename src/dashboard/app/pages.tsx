import { Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { DeploymentPage } from '../deployments/DeploymentPage';
import { Overview } from '../deployments/Overview';
import { SignIn, SignUp } from '../people/SignIn';
import { Layout } from './layout';
import { SignedIn, useViewer } from './session';
import { Empty, Loading, NotFound } from './states';

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
          <Route path="/deployments/:deploymentId" element={<DeploymentPage />}>
            <Route index element={<Overview />} />
            {/* api-keys, predict, integration, logs */}
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
