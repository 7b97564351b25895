// malloc.h of the GNU C library, which Swift's Glibc leaves out.
#pragma once
#include <malloc.h>
