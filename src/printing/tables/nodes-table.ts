import type { ApiNode } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { nodeRoles } from '../node-roles.ts';
import { AGE, column, NAME, orNone, type ResourceTable, WIDE } from './column.ts';

export const nodesTable: ResourceTable<ApiNode> = {
  columns: [
    NAME,
    column('Status', 'Whether the node is ready'),
    column('Roles', 'What the node is for'),
    AGE,
    column('Version', 'The version of its kubelet'),
    column('Internal-IP', 'Its address inside the cluster', WIDE),
    column('External-IP', 'Its address outside the cluster', WIDE),
    column('OS-Image', 'Its operating system', WIDE),
    column('Kernel-Version', 'Its kernel', WIDE),
    column('Container-Runtime', 'What runs its containers', WIDE),
  ],

  row(node, nowMs) {
    const info = node.status?.nodeInfo;
    return {
      cells: [
        node.metadata?.name ?? '',
        statusText(node),
        orNone(nodeRoles(node).join(',')),
        ageText(node.metadata?.creationTimestamp, nowMs),
        info?.kubeletVersion ?? '',
        address(node, 'InternalIP'),
        address(node, 'ExternalIP'),
        info?.osImage || '<unknown>',
        info?.kernelVersion || '<unknown>',
        info?.containerRuntimeVersion || '<unknown>',
      ],
    };
  },
};

function statusText({ spec, status }: ApiNode): string {
  const ready = status?.conditions?.findLast(({ type }) => type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${text},SchedulingDisabled` : text;
}

const address = ({ status }: ApiNode, type: string): string => orNone(status?.addresses?.find((one) => one.type === type)?.address);
