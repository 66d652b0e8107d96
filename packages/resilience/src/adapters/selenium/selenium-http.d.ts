/** The types of selenium-webdriver name this module without the file that Node needs to find it. */
declare module 'selenium-webdriver/http/index.js' {
  export { Executor, HttpClient, Request, Response } from 'selenium-webdriver/http';
}
