// ZeroMQ without sockets: what the product calls of libzmq, over connections that can be cut, stalled and lose.
//
// A connection is ordered and whole, as TCP is: it loses what is on its way when it is cut, and a publisher drops for a
// subscriber whose queue is full. Clients connect again by themselves; what they had not sent stays with them.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>
#include <deque>
#include <memory>
#include <set>

#include "CSimulation.h"
#include "machine.hpp"

namespace sim {

namespace {

using Frame = std::string;
using Message = std::vector<Frame>;

struct Letter {
    int64_t due;
    Message frames;
};

struct Socket;

struct Connection {
    Socket *client;
    Socket *server = nullptr;
    std::string endpoint, routing;
    // Sent and not arrived; what a client could not send yet is due never.
    std::deque<Letter> toServer, toClient;
    // XPUB: what the other side subscribes to, as far as it has arrived.
    std::multiset<std::string> topics;
    int64_t connectsAt = never;
};

struct Socket {
    int type, process;
    int sendMost = 1000, receiveMost = 1000, receiveTimeout = -1;
    bool isCorrelated = false;
    uint32_t request = 0;
    std::string endpoint;
    std::vector<std::shared_ptr<Connection>> connections;
    // Arrived and not received.
    std::deque<Message> inbox;
    // The message being received or sent, frame by frame.
    std::deque<Frame> receiving;
    Message sending;
    std::multiset<std::string> topics;
};

std::vector<Socket *> sockets;
uint32_t routings;
// Of DEALER clients: what arrived last.
constexpr size_t deliveredMost = 32;
std::deque<Message> delivered;
int64_t least, most, stalledUntil;
int publishLoss;
thread_local int lastError;

int failWith(int error) {
    lastError = errno = error;
    return -1;
}

int64_t arrival(const std::deque<Letter> &queue) {
    int64_t due = std::max(now(), stalledUntil) + least + netRandom.below(most - least + 1);
    return queue.empty() || queue.back().due == never ? due : std::max(due, queue.back().due);
}

Socket *bound(const std::string &endpoint) {
    for (Socket *socket : sockets)
        if (socket->endpoint == endpoint && !process(socket->process).dead) return socket;
    return nullptr;
}

void enqueue(std::deque<Letter> &queue, Message frames, bool isConnected = true) {
    queue.push_back({isConnected ? arrival(queue) : never, std::move(frames)});
}

void drop(Connection &connection) {
    Socket *server = connection.server;
    if (!server) return;
    eraseWhere(server->connections, [&](auto &each) { return each.get() == &connection; });
    if (server->type == ZMQ_XPUB)
        for (const std::string &topic : connection.topics) server->inbox.push_back({std::string(1, '\0') + topic});
    connection.topics.clear();
    connection.server = nullptr;
    eraseWhere(connection.toServer, [](Letter &letter) { return letter.due != never; });
    connection.toClient.clear();
    connection.connectsAt = now() + 1000 + netRandom.below(500'000);
}

void connect(std::shared_ptr<Connection> connection) {
    Socket *server = bound(connection->endpoint);
    if (!server) {
        connection->connectsAt = now() + 20'000 + netRandom.below(1'000'000);
        return;
    }
    connection->connectsAt = never;
    connection->server = server;
    uint32_t number = ++routings;
    connection->routing = std::string(1, '\0') + std::string(reinterpret_cast<char *>(&number), 4);
    server->connections.push_back(connection);
    std::deque<Letter> waiting;
    waiting.swap(connection->toServer);
    if (connection->client->type == ZMQ_SUB)
        for (const std::string &topic : connection->client->topics)
            enqueue(connection->toServer, {std::string(1, '\1') + topic});
    for (Letter &letter : waiting) enqueue(connection->toServer, std::move(letter.frames));
}

bool startsWith(const std::string &text, const std::string &prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

bool matches(const std::multiset<std::string> &topics, const std::string &topic) {
    for (const std::string &prefix : topics)
        if (startsWith(topic, prefix)) return true;
    return false;
}

void arriveAtServer(Connection &connection, Message frames) {
    Socket &server = *connection.server;
    switch (server.type) {
    case ZMQ_ROUTER:
        if (connection.client->type == ZMQ_DEALER) {
            delivered.push_back(frames);
            if (delivered.size() > deliveredMost) delivered.pop_front();
        }
        frames.insert(frames.begin(), connection.routing);
        break;
    case ZMQ_XPUB: {
        std::string topic = frames[0].substr(1);
        if (frames[0][0] == 1) {
            connection.topics.insert(topic);
        } else if (auto found = connection.topics.find(topic); found != connection.topics.end()) {
            connection.topics.erase(found);
        }
        break;
    }
    default: break;
    }
    server.inbox.push_back(std::move(frames));
}

void arriveAtClient(Socket &client, Message frames) {
    if (client.type == ZMQ_REQ) {
        if (client.isCorrelated) {
            uint32_t number = 0;
            if (frames[0].size() == 4) memcpy(&number, frames[0].data(), 4);
            if (number != client.request) return;
            frames.erase(frames.begin());
        }
        if (frames.empty() || !frames[0].empty()) return;
        frames.erase(frames.begin());
    }
    if (client.type == ZMQ_SUB && !matches(client.topics, frames[0])) return;
    client.inbox.push_back(std::move(frames));
}

bool hasInput(Socket &socket) { return !socket.receiving.empty() || !socket.inbox.empty(); }

// Whether a connection takes another message towards the client.
bool takes(const Connection &connection) {
    return int(connection.toClient.size() + connection.client->inbox.size())
        < connection.client->receiveMost + connection.server->sendMost;
}

int sendFromClient(Socket &socket, Message frames) {
    if (socket.connections.empty()) return failWith(EAGAIN);
    Connection &connection = *socket.connections[0];
    if (int(connection.toServer.size()) >= socket.sendMost) return failWith(EAGAIN);
    if (socket.type == ZMQ_REQ) {
        frames.insert(frames.begin(), Frame());
        socket.request++;
        socket.inbox.clear();
        if (socket.isCorrelated) frames.insert(frames.begin(), Frame(reinterpret_cast<char *>(&socket.request), 4));
    }
    enqueue(connection.toServer, std::move(frames), connection.server != nullptr);
    return 0;
}

int sendFromServer(Socket &socket, Message frames) {
    if (socket.type == ZMQ_XPUB) {
        for (auto &connection : socket.connections)
            if (matches(connection->topics, frames[0]) && takes(*connection) && !netRandom.chance(publishLoss))
                enqueue(connection->toClient, frames);
        return 0;
    }
    for (auto &connection : socket.connections)
        if (connection->routing == frames[0]) {
            frames.erase(frames.begin());
            enqueue(connection->toClient, std::move(frames));
            return 0;
        }
    return 0;
}

// A ROUTER says of the first frame already whether it has somebody to send to.
int checkRouting(Socket &socket, const Frame &routing) {
    for (auto &connection : socket.connections)
        if (connection->routing == routing) return takes(*connection) ? 0 : failWith(EAGAIN);
    return failWith(EHOSTUNREACH);
}

struct PollCall {
    zmq_pollitem_t *items;
    int count;
    uint64_t seen = UINT64_MAX;
    bool hasDescriptor = false;
};

bool isReadable(PollCall &call) {
    for (int index = 0; index < call.count; index++)
        if (call.items[index].socket && hasInput(*static_cast<Socket *>(call.items[index].socket))) return true;
    if (call.seen == descriptorWrites) return call.hasDescriptor;
    call.seen = descriptorWrites;
    call.hasDescriptor = false;
    for (int index = 0; index < call.count; index++) {
        if (call.items[index].socket) continue;
        pollfd item{call.items[index].fd, POLLIN, 0};
        if (poll(&item, 1, 0) > 0) call.hasDescriptor = true;
    }
    return call.hasDescriptor;
}

struct Parcel {
    Frame *bytes;
    bool more;
};

Parcel &parcel(zmq_msg_t *message) { return *reinterpret_cast<Parcel *>(message); }

}  // namespace

void beginNetwork() {
    routings = 0;
    delivered.clear();
    stalledUntil = 0;
    publishLoss = 0;
    least = 50;
    most = 2000;
}

void endNetwork() {
    if (!sockets.empty()) fail("a socket is still open");
}

int64_t advanceNetwork(int64_t now) {
    int64_t next = never;
    for (Socket *socket : std::vector<Socket *>(sockets)) {
        for (auto &connection : std::vector<std::shared_ptr<Connection>>(socket->connections)) {
            if (connection->client != socket) continue;
            if (!connection->server && connection->connectsAt <= now) connect(connection);
            if (!connection->server) {
                next = std::min(next, connection->connectsAt);
                continue;
            }
            while (!connection->toServer.empty() && connection->toServer.front().due <= now) {
                arriveAtServer(*connection, std::move(connection->toServer.front().frames));
                connection->toServer.pop_front();
            }
            while (!connection->toClient.empty() && connection->toClient.front().due <= now) {
                arriveAtClient(*socket, std::move(connection->toClient.front().frames));
                connection->toClient.pop_front();
            }
            if (!connection->toServer.empty()) next = std::min(next, connection->toServer.front().due);
            if (!connection->toClient.empty()) next = std::min(next, connection->toClient.front().due);
        }
    }
    return next;
}

void cutNetwork(int number) {
    for (Socket *socket : sockets)
        for (auto &connection : std::vector<std::shared_ptr<Connection>>(socket->connections))
            if (socket->process == number) drop(*connection);
}

}  // namespace sim

using namespace sim;

void sim_net_set_latency(int64_t from, int64_t to) {
    least = from;
    most = to;
}
void sim_net_set_publish_loss(int32_t permille) { publishLoss = permille; }
int32_t sim_net_delivered_count(void) { return int32_t(delivered.size()); }
const void *sim_net_delivered(int32_t number, int32_t frame, size_t *count) {
    const Message &message = delivered[size_t(number)];
    if (size_t(frame) >= message.size()) return nullptr;
    *count = message[size_t(frame)].size();
    return message[size_t(frame)].data();
}
void sim_net_stall(int64_t microseconds) {
    stalledUntil = now() + microseconds;
    for (Socket *socket : sockets)
        for (auto &connection : socket->connections)
            for (auto *queue : {&connection->toServer, &connection->toClient})
                for (Letter &letter : *queue)
                    if (letter.due != never) letter.due = std::max(letter.due, stalledUntil);
}
void sim_net_cut(int32_t permille) {
    for (Socket *socket : sockets)
        for (auto &connection : std::vector<std::shared_ptr<Connection>>(socket->connections))
            if (connection->client == socket && connection->server && netRandom.chance(permille)) drop(*connection);
}

// What stands before libzmq.

extern "C" {

int zmq_errno(void) { return lastError; }
const char *zmq_strerror(int error) { return error == ETERM ? "the context is terminated" : strerror(error); }

void *zmq_ctx_new(void) { return new int(0); }
int zmq_ctx_set(void *, int, int) { return 0; }
int zmq_ctx_shutdown(void *) { return 0; }
int zmq_ctx_term(void *context) {
    delete static_cast<int *>(context);
    return 0;
}

void *zmq_socket(void *, int type) {
    if (!self) fail("a socket of a thread that takes no part");
    Socket *socket = new Socket;
    socket->type = type;
    socket->process = self->process;
    sockets.push_back(socket);
    return socket;
}

int zmq_close(void *raw) {
    Socket *socket = static_cast<Socket *>(raw);
    for (auto &connection : std::vector<std::shared_ptr<Connection>>(socket->connections)) drop(*connection);
    eraseWhere(sockets, [&](Socket *each) { return each == socket; });
    delete socket;
    return 0;
}

int zmq_setsockopt(void *raw, int option, const void *value, size_t size) {
    Socket *socket = static_cast<Socket *>(raw);
    int number = 0;
    if (size >= sizeof number) memcpy(&number, value, sizeof number);
    std::string text(static_cast<const char *>(value), size);
    switch (option) {
    case ZMQ_SNDHWM: socket->sendMost = number; break;
    case ZMQ_RCVHWM: socket->receiveMost = number ? number : 1 << 20; break;
    case ZMQ_RCVTIMEO: socket->receiveTimeout = number; break;
    case ZMQ_REQ_CORRELATE: socket->isCorrelated = number != 0; break;
    case ZMQ_SUBSCRIBE:
        socket->topics.insert(text);
        for (auto &connection : socket->connections)
            if (connection->server) enqueue(connection->toServer, {std::string(1, '\1') + text});
        break;
    case ZMQ_UNSUBSCRIBE: fail("unsubscribing is not simulated");
    default: break;
    }
    return 0;
}

int zmq_getsockopt(void *raw, int option, void *value, size_t *size) {
    Socket *socket = static_cast<Socket *>(raw);
    if (option != ZMQ_LAST_ENDPOINT || *size <= socket->endpoint.size()) return failWith(EINVAL);
    memcpy(value, socket->endpoint.c_str(), socket->endpoint.size() + 1);
    *size = socket->endpoint.size() + 1;
    return 0;
}

int zmq_bind(void *raw, const char *endpoint) {
    if (bound(endpoint)) return failWith(EADDRINUSE);
    static_cast<Socket *>(raw)->endpoint = endpoint;
    return 0;
}

int zmq_connect(void *raw, const char *endpoint) {
    Socket *socket = static_cast<Socket *>(raw);
    auto connection = std::make_shared<Connection>();
    connection->client = socket;
    connection->endpoint = endpoint;
    connection->connectsAt = now() + netRandom.below(2000);
    socket->connections.push_back(connection);
    return 0;
}

int zmq_disconnect(void *, const char *) { fail("disconnecting is not simulated"); }

int zmq_send(void *raw, const void *bytes, size_t count, int flags) {
    Socket *socket = static_cast<Socket *>(raw);
    if (own().dead) return failWith(ETERM);
    if (socket->sending.empty() && socket->type == ZMQ_ROUTER) {
        Frame routing(static_cast<const char *>(bytes), count);
        if (checkRouting(*socket, routing) != 0) return -1;
    }
    socket->sending.emplace_back(static_cast<const char *>(bytes), count);
    if (flags & ZMQ_SNDMORE) return int(count);
    Message frames;
    frames.swap(socket->sending);
    bool isClient = socket->type == ZMQ_REQ || socket->type == ZMQ_DEALER || socket->type == ZMQ_PUSH;
    int result = isClient ? sendFromClient(*socket, std::move(frames)) : sendFromServer(*socket, std::move(frames));
    return result == 0 ? int(count) : -1;
}

int zmq_msg_init(zmq_msg_t *message) {
    parcel(message) = Parcel{nullptr, false};
    return 0;
}

int zmq_msg_close(zmq_msg_t *message) {
    delete parcel(message).bytes;
    parcel(message).bytes = nullptr;
    return 0;
}

int zmq_msg_move(zmq_msg_t *target, zmq_msg_t *source) {
    delete parcel(target).bytes;
    parcel(target) = parcel(source);
    parcel(source) = Parcel{nullptr, false};
    return 0;
}

size_t zmq_msg_size(const zmq_msg_t *message) {
    Parcel &found = parcel(const_cast<zmq_msg_t *>(message));
    return found.bytes ? found.bytes->size() : 0;
}

void *zmq_msg_data(zmq_msg_t *message) {
    Parcel &found = parcel(message);
    return found.bytes ? found.bytes->data() : nullptr;
}

int zmq_msg_more(const zmq_msg_t *message) { return parcel(const_cast<zmq_msg_t *>(message)).more; }

int zmq_msg_recv(zmq_msg_t *message, void *raw, int flags) {
    Socket *socket = static_cast<Socket *>(raw);
    if (own().dead) return failWith(ETERM);
    if (!hasInput(*socket) && !(flags & ZMQ_DONTWAIT)) {
        self->isReady = [](void *what) { return hasInput(*static_cast<Socket *>(what)); };
        self->what = socket;
        block(*self, Wait::poll, socket->receiveTimeout < 0 ? never : processNow() + socket->receiveTimeout * 1000LL);
        if (own().dead) return failWith(ETERM);
    }
    if (!hasInput(*socket)) return failWith(EAGAIN);
    if (socket->receiving.empty()) {
        Message frames = std::move(socket->inbox.front());
        socket->inbox.pop_front();
        for (const Frame &frame : frames) {
            mix(std::hash<std::string>()(frame));
            note("received %s", frame.c_str());
        }
        socket->receiving.assign(frames.begin(), frames.end());
    }
    delete parcel(message).bytes;
    parcel(message).bytes = new Frame(std::move(socket->receiving.front()));
    socket->receiving.pop_front();
    parcel(message).more = !socket->receiving.empty();
    return int(parcel(message).bytes->size());
}

int zmq_poll(zmq_pollitem_t *items, int count, long timeout) {
    if (own().dead) return failWith(ETERM);
    PollCall call{items, count};
    self->isReady = [](void *what) { return isReadable(*static_cast<PollCall *>(what)); };
    self->what = &call;
    block(*self, Wait::poll, timeout < 0 ? never : processNow() + timeout * 1000LL);
    if (own().dead) return failWith(ETERM);
    int found = 0;
    for (int index = 0; index < count; index++) {
        bool readable;
        if (items[index].socket) {
            readable = hasInput(*static_cast<Socket *>(items[index].socket));
        } else {
            pollfd item{items[index].fd, POLLIN, 0};
            readable = poll(&item, 1, 0) > 0;
        }
        items[index].revents = readable ? ZMQ_POLLIN : 0;
        found += readable;
    }
    return found;
}

}
