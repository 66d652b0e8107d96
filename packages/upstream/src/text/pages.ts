/** A page of an edge in front of the source. */
export const htmlError =
  '<!DOCTYPE html>\n<html><head><title>503 Service Temporarily Unavailable</title></head>\n' +
  '<body><center><h1>503 Service Temporarily Unavailable</h1></center><hr><center>nginx</center></body></html>\n';

/** The sign-in page of a captive portal. */
export const loginPage =
  '<!DOCTYPE html>\n<html><head><title>Wi-Fi sign-in</title></head>\n' +
  '<body><form action="/login" method="post"><input name="room"><button>Accept & go online</button></form></body></html>\n';
