import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { useDeployment } from '../deployments/DeploymentPage';
import { fileNameOf, toCsv, toJson } from './downloads.ts';
import type { Predicted } from './predicted.ts';

const TYPES = { csv: 'text/csv;charset=utf-8', json: 'application/json' };

interface DownloadButtonProps {
  kind: 'csv' | 'json';
  predictions: readonly Predicted[];
}

/** Saves predictions as a file. */
export function DownloadButton({ kind, predictions }: DownloadButtonProps) {
  const deployment = useDeployment();
  const save = () => {
    const text = kind === 'csv' ? toCsv(predictions, deployment.model) : toJson(predictions, deployment);
    const address = URL.createObjectURL(new Blob([text], { type: TYPES[kind] }));
    const link = document.createElement('a');
    link.href = address;
    link.download = fileNameOf(deployment.name, kind);
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Button variant="default" size="xs" leftSection={<Download size={14} />} onClick={save}>
      Download {kind.toUpperCase()}
    </Button>
  );
}
