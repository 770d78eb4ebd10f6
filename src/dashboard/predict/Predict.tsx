import { CirclePause } from 'lucide-react';
import { type Deployment, useDeployment } from '../deployments/DeploymentPage';
import { EmptyState } from '../ui/EmptyState';
import { Loading } from '../ui/Loading';
import { Notice } from '../ui/Notice';
import { Problem } from '../ui/Problem';
import { useSpectraModel } from './model.ts';
import { PredictForm } from './PredictForm';

/** Tries the model: files of spectra in, predictions out. */
export function Predict() {
  const deployment = useDeployment();
  if (!deployment.project.viewerCan.predict) {
    return (
      <EmptyState title="Viewers cannot predict">
        Your role in {deployment.project.name} is viewer, which sees keys, logs and usage. To predict, ask an
        owner of the project for the contributor role.
      </EmptyState>
    );
  }
  return <WithModel deployment={deployment} />;
}

function WithModel({ deployment }: { deployment: Deployment }) {
  const { model, error, retry } = useSpectraModel(deployment.id);
  if (!model) return error ? <Problem error={error} retry={retry} /> : <Loading what="the model" />;
  return (
    <>
      {!deployment.active && (
        <Notice icon={<CirclePause size={18} />} title="Deployment is not active" mb="md">
          You can look at spectra here. To predict, switch the deployment on first.
        </Notice>
      )}
      <PredictForm deployment={deployment} model={model} />
    </>
  );
}
