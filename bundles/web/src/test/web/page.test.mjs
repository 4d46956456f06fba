// Drives the page in a real browser against a real server; WebIT of the distribution starts both.
import assert from 'node:assert/strict';
import {after, before, beforeEach, test} from 'node:test';
import {chromium} from 'playwright-core';

const {HEADWATER_URL: url, HEADWATER_TOKEN: token, HEADWATER_EXAMPLES: examples, HEADWATER_BROWSER: executablePath} = process.env;
const LASSO = ['lasso.yaml', 'lasso/A.csv', 'lasso/y.csv'].map(name => `${examples}/${name}`);
const PATIENCE = 60_000;

let browser;
let page;
const faults = [];

before(async () => {
    browser = await chromium.launch({executablePath, args: process.getuid() === 0 ? ['--no-sandbox'] : []});
    const context = await browser.newContext({viewport: {width: 375, height: 800}});
    context.setDefaultTimeout(PATIENCE);
    page = await context.newPage();
    page.on('pageerror', error => faults.push(error.stack));
    page.on('dialog', dialog => dialog.accept());
    await page.goto(url);
});

after(async () => {
    await browser?.close();
});

beforeEach(() => faults.splice(0));

const heading = text => page.getByRole('heading', {name: text, level: 1}).waitFor();
const button = name => page.getByRole('button', {name, exact: true});

async function fits() {
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(beyond, 0, `${page.url()} is ${beyond} pixels wider than the screen`);
}

/** Shows a room anew. */
async function go(route) {
    await page.goto('about:blank');
    await page.goto(`${url}#/${route}`);
}

async function submitText(text, files = LASSO.slice(1)) {
    await go('submit');
    await page.locator('input[type=file]').setInputFiles(files);
    await button('Text').click();
    await page.getByLabel('Problem file').fill(text);
    await page.getByRole('button', {name: /^Submit( \d+ jobs)?$/}).click();
}

const lasso = (prior, solver = 'type: rwpo') => `forward-model: {type: linear, matrix: lasso/A.csv}
data: {values: lasso/y.csv}
noise: {type: gaussian, sd: 0.5}
prior: {${prior}}
solver: {${solver}}
`;

test('a wrong token is refused, a right one begins a session that outlasts a reload', async () => {
    await page.getByLabel('Token').fill('hw_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('does not know this token').waitFor();
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await heading('Jobs');
    assert.equal(await page.evaluate(() => document.cookie), '', 'scripts must not see the session');
    assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
    await page.reload();
    await heading('Jobs');
});

test('an example is submitted from its files, runs, and its report is shown', async () => {
    await go('submit');
    await page.locator('input[type=file]').setInputFiles(LASSO);
    await button('Submit').click();
    await heading(/lasso$/);
    await page.getByRole('heading', {name: 'Verdict: PASS'}).waitFor();
    await page.frameLocator('iframe').getByRole('heading', {name: 'lasso', level: 1}).waitFor();
    await page.getByRole('img', {name: /^Residual over 100 steps/}).waitFor();
    await fits();
    await page.getByText('Files', {exact: true}).click();
    const summary = await page.getByRole('link', {name: 'summary.csv', exact: true}).getAttribute('href');
    const text = await page.evaluate(address => fetch(address).then(answer => answer.text()), summary);
    assert.match(text, /^name,mean,sd/);
    assert.deepEqual(faults, []);
});

test('a finished job is a template: its problem and files come back, and can be checked', async () => {
    await page.getByRole('link', {name: 'Submit again …'}).click();
    await page.waitForFunction(() => document.querySelector('#text')?.value.includes('lasso/A.csv'));
    await button('Check only').click();
    await page.getByText('The problem can be run').waitFor();
    assert.equal(await page.locator('dt:text-is("Parameters") + dd').innerText(), '20');
    await fits();
    assert.deepEqual(faults, []);
});

test('what is wrong is said at the field, before and after it is sent', async () => {
    await go('submit');
    await page.locator('input[type=file]').setInputFiles(LASSO.slice(1));
    await page.getByLabel(/^matrix/).fill('lasso/A.csv');
    await page.getByLabel(/^values/).fill('lasso/y.csv');
    await page.getByLabel(/^sd/).fill('0.5');
    const weight = page.getByLabel(/^weight/);
    await weight.fill('-3');
    await weight.blur();
    await page.getByText('weight must be a number ≥ 0').waitFor();
    await weight.fill('');
    await button('Submit').click();
    await page.getByText(/prior\.weight (must|is)/).waitFor();
    assert.equal(await weight.getAttribute('aria-invalid'), 'true');
    assert.ok(await weight.evaluate(element => element === document.activeElement), 'the field is brought to the user');
    await fits();
    await weight.fill('2.0');
    await button('Submit').click();
    await heading(/problem$/);
    assert.deepEqual(faults, []);
});

test('in a text, the wrong value is marked; a file that is missing is asked for', async () => {
    await submitText(lasso('type: l1, weight: -3'));
    await page.getByText('prior.weight must be').waitFor();
    const marked = await page.getByLabel('Problem file').evaluate(area => area.value.slice(area.selectionStart, area.selectionEnd));
    assert.equal(marked, '-3');
    await submitText(lasso('type: l1, weight: 2'), LASSO.slice(1, 2));
    await page.getByText('data.values names a file that was not sent, got lasso/y.csv').waitFor();
    assert.deepEqual(faults, []);
});

test('the prior of a running job is swapped; the job is paused, goes on, and is cancelled', async () => {
    await submitText(lasso('type: l1, weight: 2', 'type: rwpo, iterations: 500000'));
    await page.getByRole('img', {name: /^Residual over/}).waitFor();
    await page.getByRole('heading', {name: 'Swap a plug-in'}).click();
    await page.getByLabel('New prior').selectOption('elastic-net');
    await page.getByLabel(/^weight/).fill('1');
    await page.getByLabel(/^ridge/).fill('-1');
    await button('Swap').click();
    // the field's own check says it a moment later than the server, in place of the server's words
    await page.getByText(/ridge must be/).waitFor();
    await page.getByLabel(/^ridge/).fill('0.5');
    await button('Swap').click();
    await page.getByText('The prior becomes elastic-net').waitFor();
    await page.locator('dt:text-is("Segment") + dd').getByText('2').waitFor();
    await page.getByText('Dashed: a plug-in was swapped').waitFor();
    await fits();
    await button('Pause').click();
    await page.locator('.title .badge.paused').waitFor();
    await button('Resume').click();
    await page.locator('.title .badge.running').waitFor();
    await button('Cancel').click();
    await page.locator('.title .badge.cancelled').waitFor();
    assert.deepEqual(faults, []);
});

test('a sweep makes a job of each combination; they are listed, prioritised and cancelled together', async () => {
    await submitText(lasso('type: l1, weight: 2', 'type: rwpo, iterations: 500000'));
    await page.getByRole('img', {name: /^Residual over/}).waitFor();
    const blocking = page.url();
    await submitText(`${lasso('type: l1, weight: 2', 'type: rwpo, iterations: 500000')}sweep: {prior.weight: [1, 2, 3]}\n`);
    await heading(/^Sweep s\d+$/);
    const swept = page.getByRole('list', {name: 'Jobs'}).getByRole('listitem');
    await swept.nth(2).waitFor();
    assert.equal(await swept.count(), 3);
    await fits();
    await page.getByRole('link', {name: /weight=3/}).click();
    await page.getByLabel('Priority').fill('7');
    await page.getByLabel('Priority').blur();
    await page.waitForFunction(() => fetch(location.hash.replace('#/', '/api/v1/'), {headers: {'X-Headwater': 'page'}})
        .then(a => a.json()).then(job => job.priority === 7));
    await fits();
    await page.locator('dt:text-is("Sweep") + dd').getByRole('link').click();
    await button('Cancel the sweep').click();
    await page.getByText('3 cancelled').waitFor();
    await page.goto(blocking);
    await button('Cancel').click();
    await page.locator('.title .badge.cancelled').waitFor();
    assert.deepEqual(faults, []);
});

test('a sweep is set in the form by keyboard alone', async () => {
    await go('submit');
    await page.getByRole('heading', {name: 'Sweep'}).click();
    await button('Vary a setting').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', {name: 'Setting'}).focus();
    await page.keyboard.type('prior.weight');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1, 2');
    await button('Submit 2 jobs').waitFor();
    await fits();
    assert.deepEqual(faults, []);
});

test('the picture of what is measured grows while an EIT job runs', async () => {
    await go('submit');
    await page.locator('input[type=file]').setInputFiles(
        ['eit-tank.yaml', 'eit-tank/voltages.csv', 'eit-tank/currents.csv', 'eit-tank/measurement-pattern.csv'].map(f => `${examples}/${f}`));
    await page.waitForFunction(() => document.querySelector('#text')?.value.includes('eit'));
    const text = await page.getByLabel('Problem file').inputValue();
    await page.getByLabel('Problem file').fill(text
        .replace('nodes: 1800', 'nodes: 500').replace(/^solver:.*$/m, 'solver: {type: rwpo, particles: 30, iterations: 100000}'));
    await button('Submit').click();
    // the first particles come after the search for the MAP
    await page.getByRole('img', {name: /^Mean of conductivity/}).first().waitFor({timeout: 3 * PATIENCE});
    const drawn = await page.locator('.image canvas').first().evaluate(canvas => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Set();
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join());
        return {colours: colours.size, corner: data[3], centre: data[4 * (canvas.width * (canvas.height >> 1) + (canvas.width >> 1)) + 3]};
    });
    assert.ok(drawn.colours > 8, `${drawn.colours} colours`);
    assert.ok(drawn.corner === 0 && drawn.centre > 250, `the tank is round: ${JSON.stringify(drawn)}`);
    await fits();
    await button('Cancel').click();
    await page.locator('.title .badge.cancelled').waitFor();
    assert.deepEqual(faults, []);
});

test('a jar that is no plug-in is refused and says why', async () => {
    await go('plugins');
    await page.getByText('None: there are those that came with Headwater.').waitFor();
    await page.locator('input[type=file]').setInputFiles({name: 'nothing.jar', mimeType: 'application/java-archive', buffer: Buffer.from('no jar')});
    await page.getByRole('alert').getByText(/nothing\.jar/).waitFor();
    assert.deepEqual(faults, []);
});

test('every room fits a phone, and what is installed and how the server is can be seen', async () => {
    await go('jobs');
    await page.getByRole('list', {name: 'Jobs'}).getByRole('link', {name: /lasso.*done.*pass/}).waitFor();
    await fits();
    await go('plugins');
    await page.getByRole('heading', {name: 'low-rank'}).click();
    await page.getByText('rows of the matrix', {exact: false}).first().waitFor();
    await fits();
    await go('server');
    await page.locator('.title .badge.ok').waitFor();
    assert.match(await page.locator('dt:text-is("Java heap") + dd').innerText(), /^[\d.]+ MB of [\d.]+ [MG]B$/);
    await page.getByLabel('Name').fill('ada');
    await button('Make a token').click();
    await page.getByText('shown only now').waitFor();
    await fits();
    await button('Take back the token of ada').click();
    await button('Take back the token of ada').waitFor({state: 'detached'});
    await button('Sign out').click();
    await page.getByLabel('Token').waitFor();
    assert.deepEqual(faults, []);
});
