import type { ApiService } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { compareText, labelsText } from '../label-text.ts';
import { AGE, column, NAME, orNone, type ResourceTable, WIDE } from './column.ts';

export const servicesTable: ResourceTable<ApiService> = {
  columns: [
    NAME,
    column('Type', 'How the service is reached'),
    column('Cluster-IP', 'Its address inside the cluster'),
    column('External-IP', 'Its addresses outside the cluster'),
    column('Port(s)', 'Its ports'),
    AGE,
    column('Selector', 'The labels of the Pods that serve it', WIDE),
  ],

  row(service, nowMs) {
    const { metadata, spec } = service;
    return {
      cells: [
        metadata?.name ?? '',
        spec?.type ?? '',
        orNone(spec?.clusterIPs?.[0]),
        externalAddress(service),
        orNone((spec?.ports ?? []).map(portText).join(',')),
        ageText(metadata?.creationTimestamp, nowMs),
        labelsText(spec?.selector),
      ],
    };
  },
};

function externalAddress({ spec, status }: ApiService): string {
  const given = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(given.join(','));
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || (hostname ?? ''));
      const addresses = [...new Set(ingress.filter((address) => address !== ''))].sort(compareText);
      return [...addresses, ...given].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

const portText = ({
  port,
  nodePort,
  protocol,
}: {
  readonly port: number;
  readonly nodePort?: number;
  readonly protocol?: string;
}): string => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? ''}`;
