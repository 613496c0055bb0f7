// libcurl, and what Swift cannot see of it.
#ifndef SWITCHBOARD_CCURL_H
#define SWITCHBOARD_CCURL_H

#include <curl/curl.h>

#endif
