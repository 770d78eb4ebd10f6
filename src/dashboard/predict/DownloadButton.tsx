import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { useDeployment } from '../deployments/DeploymentPage';
import { saveFile } from '../ui/save-file.ts';
import { fileNameOf, toCsv, toJson } from './downloads.ts';
import type { Predicted } from './predicted.ts';

interface DownloadButtonProps {
  kind: 'csv' | 'json';
  predictions: readonly Predicted[];
}

/** Saves predictions as a file. */
export function DownloadButton({ kind, predictions }: DownloadButtonProps) {
  const deployment = useDeployment();
  const save = () => {
    const text = kind === 'csv' ? toCsv(predictions, deployment.model) : toJson(predictions, deployment);
    saveFile(fileNameOf(deployment.name, kind), kind, text);
  };
  return (
    <Button variant="default" size="xs" leftSection={<Download size={14} />} onClick={save}>
      Download {kind.toUpperCase()}
    </Button>
  );
}
