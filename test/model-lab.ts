import type { RegisterModelInput } from '../src/generated/graphql.ts';
import {
  type Answer,
  createDeployment,
  createKey,
  type Lab,
  openLab,
  type Service,
  startService,
} from './harness.ts';

/** A laboratory that registers models, with a key for its project. */
export interface ModelLab {
  service: Service;
  lab: Lab;
  key: { rawKey: string };
  /** Registers a model under a new name. @param given beside its file */
  register: (onnx: Uint8Array, given?: Partial<RegisterModelInput>) => Promise<Answer>;
  /** Registers a model and deploys it. */
  deployed: (
    onnx: Uint8Array,
    given?: Partial<RegisterModelInput>,
  ) => Promise<{ modelId: string; deploymentId: string }>;
}

const REGISTER = `mutation RegisterModel($input: RegisterModelInput!) {
  registerModel(input: $input) {
    id xAxis { quantity unit first last values } yUnit t2Limit qLimit
    calibration { rmsep referenceMin referenceMax samples yMin yMax }
  }
}`;

/** Starts a server with such a laboratory, on Enterprise. */
export async function openModelLab(): Promise<ModelLab> {
  const service = await startService();
  const lab = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  let models = 0;

  function register(onnx: Uint8Array, given: Partial<RegisterModelInput> = {}) {
    models += 1;
    const input = {
      projectId: lab.owner.projectId,
      name: `Model ${models}`,
      targetProperty: 'sum',
      ...given,
    };
    return service.call(
      REGISTER,
      { input: { ...input, onnx: Buffer.from(onnx).toString('base64') } },
      lab.owner,
    );
  }

  return {
    ...{ service, lab, key, register },
    async deployed(onnx, given) {
      const { data, text } = await register(onnx, given);
      if (!data) throw new Error(text);
      const modelId = data.registerModel.id;
      return { modelId, deploymentId: await createDeployment(service, lab.owner, modelId, 'Line') };
    },
  };
}
