// C shim for ZeroMQ.
#pragma once
#include <zmq.h>
