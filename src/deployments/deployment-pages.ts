import type { DeploymentService } from './deployment-service.js';
import type { DeploymentRecord } from './records.js';

const PAGE = 500;

/** Every deployment there is, by name, a page at a time. @throws DomainError UNAVAILABLE */
export async function* deploymentPages(
  deployments: Pick<DeploymentService, 'page'>,
): AsyncGenerator<readonly DeploymentRecord[], void, void> {
  let page: readonly DeploymentRecord[];
  let after: { readonly name: string } | undefined;
  do {
    page = await deployments.page({ after, take: PAGE, fromEnd: false });
    yield page;
    const last = page.at(-1);
    after = last && { name: last.name };
  } while (page.length === PAGE);
}
