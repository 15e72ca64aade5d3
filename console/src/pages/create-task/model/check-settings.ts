/** Settings to try out a part of a draft with, before the rest of it is there. */

import type { Deployment, OssRegion, TaskSettings } from '../../../api';
import type { Draft } from './draft';
import { settingsOf } from './settings';

export type CheckedSide = 'source' | 'destination';

/** The checks of all sides in the order in which the API makes them. */
const CHECKS = {
  source: ['secret', 'source_endpoint', 'source_bucket', 'source_list', 'source_read'],
  destination: ['destination_bucket', 'destination_list', 'destination_write'],
};

/** What is tried for one side: without what other steps ask for, and with something in the place of what the API needs. */
export function settingsForSide(
  side: CheckedSide,
  draft: Draft,
  regions: OssRegion[],
  deployment: Deployment,
): TaskSettings {
  const settings = { ...settingsOf(draft, regions), task_id: 'check', description: '' };
  const plain = { ...settings, filters: null, deletes: null, alerts: null, schedule: null, limits: null };
  if (side === 'destination') return plain;
  // Its checks are not shown; the source's bucket is one that the deployment may not write to, which ends them at once.
  const bucket = deployment.replica_buckets[0] ?? draft.sourceBucket;
  const destination = { ...settings.destination, bucket, region: deployment.region, prefix: '', kms_key: null };
  return { ...plain, destination: { ...destination, encryption: 'bucket-default', acl: 'bucket-default' } };
}

/** The names of the checks that there will be an answer to. */
export function expectedChecks(
  side: CheckedSide | null,
  settings: Pick<TaskSettings, 'deletes' | 'destination'>,
): string[] {
  if (side === 'source') return CHECKS.source;
  const more = [
    ...(settings.deletes === null ? [] : ['destination_delete']),
    ...(settings.deletes?.backup_prefix ? ['destination_backup'] : []),
    ...(settings.destination.kms_key === null ? [] : ['destination_key']),
  ];
  const destination = [...CHECKS.destination, ...more];
  return side === 'destination' ? destination : [...CHECKS.source, ...destination];
}

/** Whether a check is about a side; the secret is the source's. */
export function isOfSide(check: string, side: CheckedSide | null): boolean {
  if (side === null) return true;
  return (side === 'destination') === check.startsWith('destination_');
}
