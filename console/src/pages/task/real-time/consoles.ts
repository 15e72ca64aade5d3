/** The consoles in which something is pasted. */
export const consoles = {
  oss: 'https://oss.console.aliyun.com/',
  smq: 'https://mns.console.aliyun.com/',
  eventBridge: 'https://eventbridge.console.aliyun.com/',
  functionCompute: 'https://fc.console.aliyun.com/',
};

/** The IAM console of the partition in which a queue is. */
export function iamConsole(queueArn: string): string {
  const host = queueArn.startsWith('arn:aws-cn:') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  return `https://${host}/iam/home#/policies/create`;
}
