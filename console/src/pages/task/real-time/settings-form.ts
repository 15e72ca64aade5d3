import type { RealTimeSettings } from '../../../api';

/** The settings of real time while they are typed. */
export interface Draft {
  deletes: boolean;
  takesBareMessages: boolean;
  requiresSignature: boolean;
  topicOwner: string;
  /** One a line. */
  topicNames: string;
}

export type Problem = 'owner' | 'names';

export const FRESH: Draft = {
  deletes: false,
  takesBareMessages: false,
  requiresSignature: false,
  topicOwner: '',
  topicNames: '',
};

export function draftOf(settings: RealTimeSettings): Draft {
  return {
    deletes: settings.deletes,
    takesBareMessages: settings.takes_bare_messages,
    requiresSignature: settings.requires_signature,
    topicOwner: settings.topic_owner ?? '',
    topicNames: settings.topic_names.join('\n'),
  };
}

export function settingsOf(draft: Draft): RealTimeSettings {
  return {
    deletes: draft.deletes,
    takes_bare_messages: draft.takesBareMessages,
    requires_signature: draft.requiresSignature,
    topic_owner: draft.topicOwner.trim() || null,
    topic_names: namesOf(draft),
  };
}

/** What the API would refuse. */
export function problemsOf(draft: Draft): Problem[] {
  const problems: Problem[] = [];
  if (!/^\d{0,32}$/.test(draft.topicOwner.trim())) problems.push('owner');
  if (!namesOf(draft).every((name) => /^[A-Za-z0-9][A-Za-z0-9-]{0,255}$/.test(name))) problems.push('names');
  return problems;
}

function namesOf(draft: Draft): string[] {
  return [...new Set(draft.topicNames.split(/[\s,，]+/).filter((name) => name !== ''))];
}
